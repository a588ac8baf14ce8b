import { evaluate } from '../aggregation/expression.js';
import { keysOf } from '../bson/key-order.js';
import { getPath } from '../bson/paths.js';
import { bsonType, isDocument } from '../bson/types.js';
import type { Document } from '../types.js';
import { compileFilter } from './filter.js';
import type { FilterOptions } from './filter.js';
import { isOperatorDocument } from './operators.js';
import { explainSchema } from './schema-failure.js';

const REASONS = new Map([
  ['$exists', 'path does not exist'],
  ['$type', 'type did not match'],
  ['$in', 'no matching value found in array'],
  ['$nin', 'matching value found in array'],
  ['$regex', 'regular expression did not match'],
  ['$not', 'child expression matched'],
  ['$size', 'array length was not equal to given size'],
  ['$elemMatch', 'array did not satisfy the child predicate'],
  ['$all', 'array did not contain all specified values'],
]);

/**
 * Says why a document does not match a filter, in the form of MongoDB's `errInfo.details` for a document that fails a
 * collection's validation.
 *
 * @param filter a filter that compiles and that the document does not match
 */
export function explainFailure(filter: Document, document: Document, options: FilterOptions = {}): Document {
  return new Explanation(document, options).conjunction(
    keysOf(filter).map((name) => ({ [name]: filter[name] })),
  );
}

class Explanation {
  constructor(
    private readonly document: Document,
    private readonly options: FilterOptions,
  ) {}

  /** Several clauses of which at least one fails; of a single one the details stand alone. */
  conjunction(clauses: readonly Document[]): Document {
    const [only] = clauses;
    if (only !== undefined && clauses.length === 1) return this.clause(only);
    return { operatorName: '$and', clausesNotSatisfied: this.failing(clauses) };
  }

  private failing(clauses: readonly Document[]): Document[] {
    return clauses.flatMap((clause, index) =>
      this.matches(clause) ? [] : [{ index, details: this.details(clause) }],
    );
  }

  private matches(clause: Document): boolean {
    return compileFilter(clause, this.options).matches(this.document);
  }

  private details(filter: Document): Document {
    return this.conjunction(keysOf(filter).map((name) => ({ [name]: filter[name] })));
  }

  private clause(clause: Document): Document {
    const [name = ''] = Object.keys(clause);
    const operand = clause[name];
    switch (name) {
      case '$and':
      case '$or':
        return { operatorName: name, clausesNotSatisfied: this.failing(operand as Document[]) };
      case '$nor':
        return { operatorName: name, clausesSatisfied: this.satisfied(operand as Document[]) };
      case '$jsonSchema':
        return explainSchema(operand as Document, this.document);
      case '$expr':
        return {
          operatorName: name,
          specifiedAs: clause,
          reason: 'expression did not match',
          expressionResult: evaluate(operand, this.document, this.options) ?? null,
        };
      default:
        return name.startsWith('$')
          ? { operatorName: name, specifiedAs: clause, reason: 'expression always evaluates to false' }
          : this.field(name, operand);
    }
  }

  private satisfied(clauses: readonly Document[]): Document[] {
    return clauses.flatMap((clause, index) =>
      this.matches(clause) ? [{ index, details: { specifiedAs: clause } }] : [],
    );
  }

  private field(path: string, condition: unknown): Document {
    if (!isOperatorDocument(condition)) return this.predicate(path, '$eq', condition, { [path]: condition });
    const failing = keysOf(condition).flatMap((name) => {
      const operators = operatorWithOptions(condition, name);
      return operators === undefined || this.matches({ [path]: operators }) ? [] : [{ name, operators }];
    });
    const details = failing.map(({ name, operators }) =>
      this.predicate(path, name, condition[name], { [path]: operators }),
    );
    const [only] = details;
    if (only !== undefined && details.length === 1) return only;
    return {
      operatorName: '$and',
      clausesNotSatisfied: details.map((detail, index) => ({ index, details: detail })),
    };
  }

  private predicate(path: string, name: string, operand: unknown, specifiedAs: Document): Document {
    const value = getPath(this.document, path);
    if (value === undefined && name !== '$exists') {
      return { operatorName: name, specifiedAs, reason: 'field was missing' };
    }
    const reason = name === '$exists' && value !== undefined ? 'path does exist' : REASONS.get(name);
    return {
      operatorName: name,
      specifiedAs,
      reason: reason ?? (isDocument(operand) ? 'expression did not match' : 'comparison failed'),
      ...(value !== undefined && { consideredValue: value }),
      ...(name === '$type' && { consideredType: bsonType(value).alias }),
    };
  }
}

/** One operator of a condition alone; `$options` goes along with its `$regex`. */
function operatorWithOptions(condition: Document, name: string): Document | undefined {
  if (name === '$options') return undefined;
  const operator = { [name]: condition[name] };
  return name === '$regex' && '$options' in condition
    ? { ...operator, $options: condition.$options }
    : operator;
}
