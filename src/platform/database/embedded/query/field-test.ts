import { getOwn, isDocument } from '../bson/types.js';
import { visitPath } from '../bson/paths.js';
import type { Document } from '../types.js';

/** Where a match notes which array element satisfied it, for the positional operator `$`. */
export interface MatchDetails {
  index: number | undefined;
}

/** Decides about a whole document. */
export type Match = (document: Document, details?: MatchDetails) => boolean;

/** Decides about one value; `undefined` is a missing one. */
export type ValueTest = (value: unknown, details?: MatchDetails) => boolean;

/** What a filter says about one path. */
export type FieldTest =
  | {
      readonly kind: 'value';
      readonly test: ValueTest;
      /** Whether an array at the path's end is also tested element by element. */
      readonly elements: boolean;
    }
  | { readonly kind: 'not'; readonly tests: readonly FieldTest[] }
  | { readonly kind: 'and'; readonly tests: readonly FieldTest[] };

export function valueTest(test: ValueTest, elements = true): FieldTest {
  return { kind: 'value', test, elements };
}

export function not(...tests: FieldTest[]): FieldTest {
  return { kind: 'not', tests };
}

/** Applies tests to everything that a path leads to; each may be satisfied by another element of an array. */
export function matchPath(path: string, tests: readonly FieldTest[]): Match {
  const components = path.split('.');
  return allOf(tests.map((test) => matchTest(components, test)));
}

function matchTest(components: readonly string[], test: FieldTest): Match {
  if (test.kind === 'value') return matchValues(components, test.test, test.elements);
  const all = allOf(test.tests.map((inner) => matchTest(components, inner)));
  return test.kind === 'and' ? all : (document) => !all(document);
}

/** All of several matches; of an index that several note, the last stays, and none of a match that fails. */
export function allOf(matches: readonly Match[]): Match {
  const [first, second] = matches;
  if (first === undefined) return () => true;
  if (second === undefined) return first;
  if (matches.length === 2) {
    return (document, details) => first(document, details) && second(document, details);
  }
  return (document, details) => {
    for (const match of matches) if (!match(document, details)) return false;
    return true;
  };
}

/** Tests one value on its own, as `$elemMatch` and `$pull` do: its elements are not looked at. */
export function testOne(tests: readonly FieldTest[]): ValueTest {
  const single = tests.map(toValueTest);
  const [first] = single;
  if (first !== undefined && single.length === 1) return first;
  return (value, details) => single.every((test) => test(value, details));
}

function toValueTest(test: FieldTest): ValueTest {
  if (test.kind === 'value') return test.test;
  const all = testOne(test.tests);
  return test.kind === 'and' ? all : (value) => !all(value);
}

function matchValues(components: readonly string[], test: ValueTest, elements: boolean): Match {
  const [name = ''] = components;
  if (components.length > 1) return matchDeepValues(components, test, elements);
  if (name in Object.prototype) {
    return (document, details) => testLeaf(getOwn(document, name), test, elements, details);
  }
  return (document, details) => testLeaf(document[name], test, elements, details);
}

function testLeaf(
  value: unknown,
  test: ValueTest,
  elements: boolean,
  details: MatchDetails | undefined,
): boolean {
  if (!elements || !Array.isArray(value)) return test(value, details);
  for (let index = 0; index < value.length; index++) {
    if (test(value[index], details)) {
      if (details !== undefined) details.index = index;
      return true;
    }
  }
  return test(value, details);
}

function matchDeepValues(components: readonly string[], test: ValueTest, elements: boolean): Match {
  return (document, details) => {
    let value: unknown = document;
    for (const component of components) {
      if (isDocument(value)) value = getOwn(value, component);
      else if (Array.isArray(value)) return matchThroughArrays(document, components, test, elements, details);
      else return test(undefined, details);
    }
    return testLeaf(value, test, elements, details);
  };
}

function matchThroughArrays(
  document: Document,
  components: readonly string[],
  test: ValueTest,
  elements: boolean,
  details: MatchDetails | undefined,
): boolean {
  return visitPath(document, components, elements, (value, index) => {
    if (!test(value, details)) return false;
    if (details !== undefined && index !== undefined) details.index = index;
    return true;
  });
}
