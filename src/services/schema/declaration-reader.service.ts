import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import { checkFieldPath } from '../../platform/database/query/field-names.js';
import { queryLimits } from '../../platform/database/query/limits.js';
import { QueryGuard } from '../../platform/database/query/query-guard.service.js';
import { isPlain, Walk, type Plain } from '../../platform/database/query/walk.js';
import type { DeclaredEncryption } from '../../platform/encryption/encryption-state.js';
import { CoglexError } from '../../platform/errors/coglex-error.js';
import {
  RULE_ACTIONS,
  type Declaration,
  type DeclaredExpiry,
  type DeclaredIndex,
} from '../../platform/security/rules/declaration.js';
import { expiryOf } from './declared-indexes.service.js';
import type { DeclarationDto } from './dto/declaration.dto.js';

const MAX_INDEXES = 32;
const MAX_INDEX_FIELDS = 32;
const INDEX_NAME = /^[\w.-]{1,60}$/;
const MAX_HIDDEN = 100;

/** As long as a BSON index can wait: 2^31 - 1 seconds, about 68 years. */
const MAX_SECONDS = 2 ** 31 - 1;

/** Reads what somebody declares. What rules and schemas must be like is for those who compile them to say. */
@Injectable()
export class DeclarationReader {
  constructor(
    private readonly guard: QueryGuard,
    private readonly config: Config,
  ) {}

  /** @throws CoglexError `validation_failed`, `query_refused` */
  read({
    schema,
    rules,
    stamp,
    hidden,
    encrypted,
    indexes,
    defaults,
    ttl,
    validate,
  }: DeclarationDto): Declaration {
    const declaration: Declaration = {
      schema: optional(schema, (value) => object(value, '/schema')),
      rules: optional(rules, (value) => this.rules(value)),
      stamp: optional(stamp, (value) => object(value, '/stamp')),
      hidden: optional(hidden, (value) => list(value, '/hidden', MAX_HIDDEN) as string[]),
      encrypted: optional(encrypted, readEncrypted),
      indexes: optional(indexes, (value) =>
        list(value, '/indexes', MAX_INDEXES).map((index, at) => this.index(index, `/indexes/${at}`)),
      ),
      defaults: optional(defaults, (value) => object(value, '/defaults')),
      ttl: optional(ttl, (value) => this.ttl(value)),
      validate: optional(validate, (value) =>
        value === 'new' ? value : invalid('/validate', 'must be "new" when it is there'),
      ),
    };
    return Object.fromEntries(Object.entries(declaration).filter(([, value]) => value !== undefined));
  }

  private rules(value: unknown): Declaration['rules'] {
    const rules = object(value, '/rules');
    for (const [action, rule] of Object.entries(rules)) {
      if (!(RULE_ACTIONS as readonly string[]).includes(action))
        invalid(`/rules/${action}`, `must be one of ${RULE_ACTIONS.join(', ')}`);
      // What is written as null is as absent as what is not written.
      if (rule === null) delete rules[action];
    }
    return rules;
  }

  private index(value: unknown, place: string): DeclaredIndex {
    const { keys, name, unique, sparse, partialFilterExpression: partial, ...others } = object(value, place);
    const [unknown] = Object.keys(others);
    if (unknown !== undefined)
      invalid(
        `${place}/${unknown}`,
        'is not known: an index has keys, name, unique, sparse and partialFilterExpression',
      );
    for (const [option, flag] of Object.entries({ unique, sparse }))
      if (flag !== undefined && typeof flag !== 'boolean')
        invalid(`${place}/${option}`, 'must be true or false');
    if (name !== undefined && !(typeof name === 'string' && INDEX_NAME.test(name)))
      invalid(`${place}/name`, 'must have 1 to 60 letters, digits, "_", "-" and "."');
    if (partial !== undefined)
      this.guard.filter(partial, `${place}/partialFilterExpression`, { expressions: false });
    return {
      keys: this.keys(keys, `${place}/keys`),
      ...(typeof name === 'string' ? { name } : {}),
      ...(unique ? { unique: true } : {}),
      ...(sparse ? { sparse: true } : {}),
      ...(partial === undefined ? {} : { partialFilterExpression: partial as Plain }),
    };
  }

  private keys(value: unknown, place: string): Record<string, 1 | -1> {
    const keys = this.guard.sort(value, place);
    const fields = Object.keys(keys).length;
    if (fields === 0 || fields > MAX_INDEX_FIELDS)
      invalid(place, `must name 1 to ${MAX_INDEX_FIELDS} fields`);
    return keys;
  }

  private ttl(value: unknown): number | DeclaredExpiry {
    const isShort = typeof value === 'number';
    const { field, seconds, ...others } = isShort ? { ...expiryOf(value) } : object(value, '/ttl');
    const [unknown] = Object.keys(others);
    if (unknown !== undefined) invalid(`/ttl/${unknown}`, 'is not known: a ttl has field and seconds');
    if (typeof field !== 'string') return invalid('/ttl/field', 'must be the path of a field');
    checkFieldPath(new Walk(queryLimits(this.config), '/ttl/field', 'query_refused'), field);
    if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 0 || seconds > MAX_SECONDS)
      return invalid('/ttl/seconds', `must be a whole number from 0 to ${MAX_SECONDS}`);
    return isShort ? seconds : { field, seconds };
  }
}

function readEncrypted(value: unknown): Record<string, DeclaredEncryption> {
  const fields = Object.entries(object(value, '/encrypted')).map(([path, options]) => {
    const place = `/encrypted/${path}`;
    const { index, ...others } = object(options, place);
    const [unknown] = Object.keys(others);
    if (unknown !== undefined) invalid(`${place}/${unknown}`, 'is not known: an encrypted field has index');
    if (index !== undefined && typeof index !== 'boolean') invalid(`${place}/index`, 'must be true or false');
    return [path, index ? { index } : {}] as const;
  });
  return Object.fromEntries(fields);
}

const optional = <T>(value: unknown, read: (value: unknown) => T): T | undefined =>
  value === undefined || value === null ? undefined : read(value);

const object = (value: unknown, place: string): Plain =>
  isPlain(value) ? value : invalid(place, 'must be an object');

function list(value: unknown, place: string, most: number): unknown[] {
  if (!Array.isArray(value)) return invalid(place, 'must be a list');
  return value.length <= most ? value : invalid(place, `may have ${most} members`);
}

function invalid(field: string, message: string): never {
  throw new CoglexError('validation_failed', {
    detail: `${field} ${message}.`,
    errors: [{ field, message }],
  });
}
