import type { EncryptedField } from './encryption-state.js';

/** An index, and the positional operators of updates. */
const PLACE_IN_LIST = /^(\d+|\$(\[\w*\])?)$/;

/**
 * How a path lies to an encrypted field: the field itself, a document that the field is in, or something that leads
 * into the field.
 */
export interface Contact {
  field: EncryptedField;
  lies: 'at' | 'above' | 'inside';
}

/** Tells which paths have to do with encrypted fields. */
export class EncryptedPaths {
  private readonly byRoot = new Map<string, EncryptedField[]>();

  constructor(readonly fields: readonly EncryptedField[]) {
    for (const field of fields) {
      const [root] = field.path.split('.', 1);
      this.byRoot.set(root, [...(this.byRoot.get(root) ?? []), field]);
    }
  }

  get isEmpty(): boolean {
    return this.fields.length === 0;
  }

  /** The first contact of a path; places in lists do not hide it: `a.0.b` is `a.b`. */
  contact(path: string): Contact | undefined {
    const candidates = this.byRoot.get(path.split('.', 1)[0]);
    if (!candidates) return undefined;
    const names = path.split('.').filter((name) => !PLACE_IN_LIST.test(name));
    for (const field of candidates) {
      const parts = field.path.split('.');
      if (!parts.every((part, at) => at >= names.length || part === names[at])) continue;
      if (path === field.path) return { field, lies: 'at' };
      return { field, lies: field.path.startsWith(`${path}.`) ? 'above' : 'inside' };
    }
    return undefined;
  }

  /** The fields that are left when those at or below a path are gone. */
  without(path: string): EncryptedPaths {
    const left = this.fields.filter((field) => field.path !== path && !field.path.startsWith(`${path}.`));
    return left.length === this.fields.length ? this : new EncryptedPaths(left);
  }
}
