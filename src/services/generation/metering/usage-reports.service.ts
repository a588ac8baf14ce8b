import { Injectable } from '@nestjs/common';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { Caller } from '../../../platform/security/caller.js';
import { roundCost } from './prices.service.js';
import { dayOf } from './usage-row.js';
import { GROUPS, MAX_ROWS, UsageRepository, type Group, type UsageSum } from './usage.repository.js';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;
const MAX_DAYS = 400;

/** What is reported. */
export interface ReportRequest {
  /** First and last day, such as `2026-01-31`. */
  from?: string;
  to?: string;
  group?: readonly Group[];
}

/** Adds up what calls used. A user sees its own. */
@Injectable()
export class UsageReports {
  constructor(private readonly usage: UsageRepository) {}

  async report({ user }: Caller, { from, to, group = GROUPS }: ReportRequest): Promise<UsageSum[]> {
    const last = to?.slice(0, 10) ?? dayOf(new Date());
    const first = from?.slice(0, 10) ?? daysBefore(last, DEFAULT_DAYS);
    if (first < daysBefore(last, MAX_DAYS))
      throw new CoglexError('validation_failed', {
        detail: `A report covers ${MAX_DAYS} days at most.`,
        errors: [{ field: '/from', message: `from must not be more than ${MAX_DAYS} days before to` }],
      });
    const filter = { day: { $gte: first, $lte: last }, ...(user ? { user: user.id } : {}) };
    const rows = await this.usage.sum(
      filter,
      GROUPS.filter((name) => group.includes(name)),
    );
    if (rows.length > MAX_ROWS)
      throw new CoglexError('result_too_large', {
        detail: `The report has more than ${MAX_ROWS} rows. Ask for fewer days or a coarser group.`,
      });
    return rows.map(({ requests, in: input, out, cached, cost, ...groups }) => ({
      ...groups,
      ...{ requests, in: input, out, cached, cost: roundCost(cost) },
    }));
  }
}

const daysBefore = (day: string, days: number) => dayOf(new Date(Date.parse(day) - days * DAY_MS));
