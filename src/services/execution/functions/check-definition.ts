import { CronExpressionParser } from 'cron-parser';
import type { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { PutFunctionDto } from '../dto/function.dto.js';
import type { GrantsDto } from '../dto/grants.dto.js';
import { checkedProgram } from '../runs/program-limits.js';
import {
  FILE_ACTIONS,
  STORAGE_ACTIONS,
  type FunctionDefinition,
  type Grants,
} from './function-definition.js';
import type { StorageAction } from './function-definition.js';
import { ValueSchema } from './value-schema.js';

/** Names for several actions at once, and those that rules use. */
const ALIASES: Record<string, readonly StorageAction[]> = {
  read: ['find', 'aggregate'],
  list: ['find'],
  view: ['find'],
  create: ['insert'],
  write: ['insert', 'update', 'delete'],
};

/** What is to be stored, with defaults. @throws CoglexError `validation_failed` */
export function checkedDefinition(dto: PutFunctionDto, config: Config): FunctionDefinition {
  const { parameters = null, returns = null, access = 'secret', schedules = [], triggers = [] } = dto;
  if (parameters) ValueSchema.compile(parameters, 'parameters');
  if (returns) ValueSchema.compile(returns, 'returns');
  for (const [index, { cron }] of schedules.entries()) checkCron(cron, index);
  return {
    ...checkedProgram(dto, config),
    parameters,
    returns,
    access,
    grants: grantsOf(dto.grants ?? {}),
    schedules: schedules.map(({ cron }) => ({ cron })),
    triggers: triggers.map(({ event }) => ({ event })),
  };
}

function grantsOf({ collections = [], files, fetch = [], secrets = [], functions = [] }: GrantsDto): Grants {
  return {
    collections: collections.map(({ name, actions = STORAGE_ACTIONS, as = 'caller' }) => ({
      name,
      actions: STORAGE_ACTIONS.filter((action) =>
        actions.some((word) => word === action || ALIASES[word]?.includes(action)),
      ),
      as,
    })),
    files: filesOf(files),
    fetch: fetch.map((host) => host.toLowerCase()),
    secrets: [...secrets],
    functions: [...functions],
  };
}

function filesOf(files: GrantsDto['files']): Grants['files'] {
  if (files === undefined || files === false) return null;
  const { actions = FILE_ACTIONS, as = 'caller' } = files === true ? {} : files;
  return { actions: FILE_ACTIONS.filter((action) => actions.includes(action)), as };
}

/** Five fields, or six with seconds first; the words that cron-parser knows beside (`@daily`) are no fields. */
function checkCron(cron: string, index: number): void {
  const fields = cron.trim().split(/\s+/).length;
  try {
    if (fields !== 5 && fields !== 6) throw new Error('fields');
    CronExpressionParser.parse(cron, { tz: 'UTC' }).next();
  } catch {
    const message = 'cron must have 5 or 6 fields that name a time';
    throw new CoglexError('validation_failed', {
      detail: message,
      errors: [{ field: `/schedules/${index}/cron`, message }],
    });
  }
}
