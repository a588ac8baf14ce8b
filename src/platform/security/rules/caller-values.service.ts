import { Injectable } from '@nestjs/common';
import type { Caller } from '../caller.js';
import type { PlaceholderValues } from './placeholder.js';
import { UserDocuments } from './user-documents.service.js';

/** Gives the placeholders of rules their values for a caller. */
@Injectable()
export class CallerValues {
  constructor(private readonly users: UserDocuments) {}

  /** @param userFields paths of the user's document that are needed; without any it is not read */
  async of({ user, address }: Caller, userFields: readonly string[]): Promise<PlaceholderValues> {
    const document = user && userFields.length > 0 ? await this.users.of(user) : {};
    return (name) => {
      switch (name) {
        case '$user._id':
          return user?.id;
        case '$user._key':
          return user?.key;
        case '$now':
          return new Date();
        case '$request.ip':
          return address;
        default:
          return valueAt(document, name.slice('$user.'.length).split('.'));
      }
    };
  }
}

/** The value at a path through documents; not through lists, for which of their members would it be? */
function valueAt(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const name of path) {
    if (typeof current !== 'object' || current === null || Array.isArray(current)) return undefined;
    if (!Object.hasOwn(current, name)) return undefined;
    current = (current as Record<string, unknown>)[name];
  }
  return current;
}
