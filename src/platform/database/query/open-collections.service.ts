import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { ProjectContext } from '../../tenancy/project-context.service.js';

const NAME = /^[A-Za-z0-9][\w-]{0,99}$/;

/** Knows which collections callers may name; all others must answer as if they did not exist. */
@Injectable()
export class OpenCollections {
  /** Collections that hold accounts, by their project. */
  private readonly closed = new Map<string, Set<string>>();

  constructor(
    private readonly config: Config,
    private readonly context: ProjectContext,
  ) {}

  /** Closes a collection of a project for good: accounts live there. */
  close(project: string, name: string): void {
    const names = this.closed.get(project);
    if (names) names.add(name);
    else this.closed.set(project, new Set([name]));
  }

  /**
   * Whether callers may read and write a collection: its name has at most 100 letters, digits, `_` and `-`, does
   * not begin with `_` (those are the system's), and accounts do not live there.
   */
  has(name: string): boolean {
    return NAME.test(name) && !this.holdsAccounts(name);
  }

  /** Whether accounts live in a collection of the current project. */
  holdsAccounts(name: string): boolean {
    if (name === this.config.MONGODB_AUTH_COLLECTION) return true;
    return this.closed.get(this.context.project)?.has(name) === true;
  }
}
