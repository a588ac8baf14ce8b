import { Injectable } from '@nestjs/common';
import { Audit } from '../../../platform/audit/audit.service.js';
import { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { FUNCTION_NAME } from '../dto/names.js';
import type {
  FunctionDto,
  FunctionSummaryDto,
  FunctionVersionDto,
  PutFunctionDto,
} from '../dto/function.dto.js';
import { Schedules } from '../schedules/schedules.service.js';
import { TriggerIndex } from '../schedules/trigger-index.service.js';
import { checkedDefinition } from './check-definition.js';
import type { FunctionDefinition } from './function-definition.js';
import { functionDto, summaryDto } from './function-dto.js';
import { FunctionsRepository } from './functions.repository.js';

/** Stored functions: their versions, and when they run by themselves. */
@Injectable()
export class Functions {
  constructor(
    private readonly functions: FunctionsRepository,
    private readonly schedules: Schedules,
    private readonly triggers: TriggerIndex,
    private readonly audit: Audit,
    private readonly config: Config,
  ) {}

  /** @throws CoglexError `validation_failed`, `conflict`, `unprocessable` */
  async put(name: string, dto: PutFunctionDto): Promise<FunctionDto> {
    if (!FUNCTION_NAME.test(name)) {
      const message = 'A name begins with a letter and has at most 64 letters, digits, "_" and "-".';
      throw new CoglexError('validation_failed', { detail: message, errors: [{ field: '/name', message }] });
    }
    return this.store(name, checkedDefinition(dto, this.config));
  }

  /** @throws CoglexError `not_found` */
  async get(name: string): Promise<FunctionDto> {
    return functionDto((await this.functions.find(name)) ?? noSuchFunction());
  }

  async list(): Promise<FunctionSummaryDto[]> {
    return (await this.functions.list()).map(summaryDto);
  }

  /** @throws CoglexError `not_found` */
  async delete(name: string): Promise<void> {
    const was = await this.functions.delete(name);
    await this.schedules.set(name, []);
    this.triggers.forget();
    if (!was) noSuchFunction();
    await this.audit.record('function.deleted', { on: { type: 'function', id: name } });
  }

  /** @throws CoglexError `not_found` */
  async versions(name: string): Promise<FunctionVersionDto[]> {
    const versions = (await this.functions.versions(name)) ?? noSuchFunction();
    return versions.map(({ version, created, definition: { language, code } }) => ({
      version,
      created,
      language,
      code,
    }));
  }

  /** Makes an old version the newest: what was between stays in the history. @throws CoglexError `not_found` */
  async rollback(name: string, version: number): Promise<FunctionDto> {
    const versions = (await this.functions.versions(name)) ?? noSuchFunction();
    const wanted = versions.find((kept) => kept.version === version);
    if (!wanted) throw new CoglexError('not_found', { detail: `Version ${version} is not kept.` });
    return this.store(name, wanted.definition);
  }

  private async store(name: string, definition: FunctionDefinition): Promise<FunctionDto> {
    // First the times: one without its function goes away by itself, a function without its times would never run.
    await this.schedules.set(name, definition.schedules);
    const stored = await this.functions.put(name, definition);
    this.triggers.forget();
    const told = functionDto(stored);
    await this.audit.record('function.stored', { on: { type: 'function', id: name }, after: told });
    return told;
  }
}

/** Throws CoglexError `not_found`. */
export function noSuchFunction(): never {
  throw new CoglexError('not_found', { detail: 'There is no such function.' });
}
