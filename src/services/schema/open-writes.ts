import type { Declaration, RuleAction } from '../../platform/security/rules/declaration.js';

const WRITES: readonly RuleAction[] = ['create', 'update', 'delete'];

/** Writing actions that are open to everybody who has a key, which a page in a browser shows to all. */
export const openWrites = ({ rules = {} }: Declaration): RuleAction[] =>
  WRITES.filter((action) => {
    const rule = rules[action];
    return rule !== undefined && Object.keys(rule).length === 0;
  });
