/** What a form body or a query string says, as the nested values that Stripe's brackets stand for. */
export type Form = { [name: string]: string | Form | undefined };

/** Reads `a[b][0]=c` as `{ a: { b: { 0: 'c' } } }`. */
export function parseForm(text: string): Form {
  const form: Form = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const path = name.split(/\]?\[|\]/).filter((part, at) => part !== '' || at === 0);
    let target = form;
    for (const part of path.slice(0, -1)) {
      const next = target[part];
      target = typeof next === 'object' ? next : (target[part] = {});
    }
    target[path[path.length - 1]] = value;
  }
  return form;
}

export const textOf = (form: Form | undefined, name: string): string | undefined => {
  const value = form?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

export const formOf = (form: Form | undefined, name: string): Form | undefined => {
  const value = form?.[name];
  return typeof value === 'object' ? value : undefined;
};

export const numberOf = (form: Form | undefined, name: string): number | undefined => {
  const text = textOf(form, name);
  return text === undefined ? undefined : Number(text);
};

/** The members of a list: Stripe's clients number them. */
export const listOf = (form: Form | undefined, name: string): Form[] =>
  Object.values(formOf(form, name) ?? {}).flatMap((member) => (typeof member === 'object' ? [member] : []));

/** A list of plain texts, such as `expand[]`. */
export const textsOf = (form: Form | undefined, name: string): string[] =>
  Object.values(formOf(form, name) ?? {}).flatMap((member) => (typeof member === 'string' ? [member] : []));

/** Metadata is flat text. */
export const metadataOf = (form: Form | undefined, name = 'metadata'): Record<string, string> =>
  Object.fromEntries(
    Object.entries(formOf(form, name) ?? {}).flatMap(([key, value]) =>
      typeof value === 'string' ? [[key, value]] : [],
    ),
  );
