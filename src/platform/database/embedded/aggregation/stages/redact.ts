import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import type { Document } from '../../types.js';
import { DocumentBuilder, entriesOf } from '../documents.js';
import { bind, compile, Variable } from '../scope.js';
import { show } from '../values.js';
import { mapping } from './stage.js';
import type { StageCompiler } from './stage.js';

/** The answers of a `$redact` expression, as the variables that name them. */
const ANSWERS = { DESCEND: 'descend', PRUNE: 'prune', KEEP: 'keep' } as const;

export const redact: StageCompiler = (spec, { scope }) => {
  const current = new Variable();
  const answers = Object.entries(ANSWERS).map(([name, value]) => [name, new Variable(value)] as const);
  const evaluate = compile(spec, bind(scope, [['CURRENT', current], ...answers]));

  const redactDocument = (document: Document, root: Document): Document | undefined => {
    current.value = document;
    const answer = evaluate(root);
    switch (answer) {
      case ANSWERS.KEEP:
        return document;
      case ANSWERS.PRUNE:
        return undefined;
      case ANSWERS.DESCEND:
        return descend(document, root);
      default:
        throw new CommandError(
          17053,
          "$redact's expression should not return anything aside from the variables $$KEEP, $$DESCEND, and " +
            `$$PRUNE, but returned ${show(answer)}`,
        );
    }
  };

  const descend = (document: Document, root: Document): Document => {
    const result = new DocumentBuilder();
    for (const [key, value] of entriesOf(document)) {
      const redacted = redactValue(value, root);
      if (redacted !== undefined) result.set(key, redacted);
    }
    return result.finish();
  };

  const redactValue = (value: unknown, root: Document): unknown => {
    if (isDocument(value)) return redactDocument(value, root);
    if (!Array.isArray(value)) return value;
    return value
      .map((element: unknown) => redactValue(element, root))
      .filter((element) => element !== undefined);
  };

  return mapping((document) => redactDocument(document, document));
};
