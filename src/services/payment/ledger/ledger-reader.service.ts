import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { Config } from '../../../platform/config/config.js';
import { QueryGuard } from '../../../platform/database/query/query-guard.service.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { parseJson } from '../../../platform/http/json.js';
import type { LedgerParametersDto } from '../dto/ledger.dto.js';
import { Ledger } from './ledger.service.js';
import { isHiddenField, toPayment, type Payment, type StoredPayment } from './payment.js';

const LATEST_FIRST = { _inserted: -1 } as const;

/** Lists of payments. */
@Injectable()
export class LedgerReader {
  constructor(
    private readonly ledger: Ledger,
    private readonly guard: QueryGuard,
    private readonly config: Config,
  ) {}

  /** @returns one page, and with `count` how many match in all */
  async find(parameters: LedgerParametersDto): Promise<{ payments: Payment[]; total?: number }> {
    const filter = this.filter(parameters);
    const { sort, skip = 0, limit, count } = parameters;
    const time = { maxTimeMS: this.config.MONGODB_MAX_TIME_MS };
    const order = sort === undefined ? LATEST_FIRST : this.guard.sort(this.parse('sort', sort), '/sort');
    if (Object.keys(order).some(isHiddenField)) throw invalid('sort', 'sort names a field that is not there');
    const stored = await this.ledger.payments();
    const [payments, total] = await Promise.all([
      stored.find(filter, time).sort(order).skip(skip).limit(this.limit(limit)).toArray(),
      count ? stored.countDocuments(filter, time) : undefined,
    ]);
    return { payments: payments.map(toPayment), total };
  }

  limit(limit: number | undefined): number {
    const { STORAGE_DEFAULT_LIMIT: standard, STORAGE_MAX_LIMIT: most } = this.config;
    if (limit !== undefined && limit > most) throw invalid('limit', `limit must not be greater than ${most}`);
    return limit ?? standard;
  }

  private filter(parameters: LedgerParametersDto): mongo.Filter<StoredPayment> {
    const { query, status, payment_intent, customer, subscription, user } = parameters;
    const named = Object.entries({ status, payment_intent, customer, subscription, user });
    const plain = Object.fromEntries(named.filter(([, value]) => value !== undefined));
    if (query === undefined) return plain;
    const written = this.guard.filter(this.parse('query', query), '/query', { hides: isHiddenField });
    return { $and: [plain, written] };
  }

  private parse(name: string, text: string): unknown {
    try {
      return parseJson(text, this.config.MAX_JSON_DEPTH);
    } catch (error) {
      if (error instanceof CoglexError && error.code === 'malformed_json')
        throw invalid(name, `${name} must be valid JSON`);
      throw error;
    }
  }
}

const invalid = (name: string, message: string) =>
  new CoglexError('validation_failed', { detail: message, errors: [{ field: `/${name}`, message }] });
