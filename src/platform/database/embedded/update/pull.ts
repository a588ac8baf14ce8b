import { BSONRegExp } from 'bson';
import { equalValues } from '../bson/compare.js';
import { isDocument } from '../bson/types.js';
import { compileFilter } from '../query/filter.js';
import { isFieldOperator } from '../query/operators.js';
import { requireArray } from './require-array.js';
import { existing } from './modifiers.js';
import type { Modifier, ModifierContext } from './modifiers.js';

/** `$pull`: removes the elements that equal a value or satisfy a condition. */
export const pull: Modifier = (operand, context) => {
  const isCondemned = compileCondition(operand, context);
  return existing((current) => {
    const kept = requireArray(current, 'BadValue', '$pull', context.path)?.filter(
      (element) => !isCondemned(element),
    );
    return kept === undefined || kept.length === (current as unknown[]).length ? current : kept;
  });
};

/** A document is a filter of elements that are documents, operators and expressions test the element itself. */
function compileCondition(
  operand: unknown,
  { collation, variables }: ModifierContext,
): (element: unknown) => boolean {
  const options = { collation, variables };
  const isCondition = isDocument(operand) && isFieldOperator(Object.keys(operand)[0] ?? '');
  if (isCondition || operand instanceof BSONRegExp) {
    const { matches } = compileFilter({ element: operand }, options);
    return (element) => matches({ element });
  }
  if (isDocument(operand)) {
    const { matches } = compileFilter(operand, options);
    return (element) => isDocument(element) && matches(element);
  }
  return (element) => equalValues(element, operand, collation);
}
