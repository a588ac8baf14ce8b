import { Injectable, type PipeTransform } from '@nestjs/common';
import { ValidateBy } from 'class-validator';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { isReservedWord } from '../reserved-words.js';

/** What is wrong with a name for a collection of accounts; `undefined` when nothing is. */
export function collectionProblem(name: unknown): string | undefined {
  if (typeof name !== 'string') return 'must be a string';
  if (!/^[\w-]{1,100}$/.test(name) || name.startsWith('-'))
    return 'must have 1 to 100 letters, digits, _ and -';
  if (isReservedWord(name)) return 'must not be a reserved word';
  return undefined;
}

/** Checks the name of a collection in the path. */
@Injectable()
export class UserCollectionPipe implements PipeTransform<string, string> {
  transform(name: string): string {
    const problem = collectionProblem(name);
    if (problem !== undefined)
      throw new CoglexError('validation_failed', {
        detail: `The collection ${problem}.`,
        errors: [{ field: '/collection', message: `collection ${problem}` }],
      });
    return name;
  }
}

/** The property is the name of a collection of accounts. */
export function IsUserCollection(): PropertyDecorator {
  return ValidateBy({
    name: 'isUserCollection',
    validator: {
      validate: (value: unknown) => collectionProblem(value) === undefined,
      defaultMessage: (args) => `${args?.property ?? 'collection'} ${collectionProblem(args?.value)}`,
    },
  });
}
