import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.js';

const NAME = /^[A-Za-z0-9][\w-]{0,99}$/;

/** Knows which collections callers may name; all others must answer as if they did not exist. */
@Injectable()
export class OpenCollections {
  constructor(private readonly config: Config) {}

  /**
   * Whether callers may read and write a collection: its name has at most 100 letters, digits, `_` and `-`, does
   * not begin with `_` (those are the system's), and accounts do not live there.
   */
  has(name: string): boolean {
    return NAME.test(name) && name !== this.config.MONGODB_AUTH_COLLECTION;
  }
}
