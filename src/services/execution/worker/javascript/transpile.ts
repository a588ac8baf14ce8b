import { transform } from 'sucrase';

/** Takes the types away; every line stays where it is. @throws Error with the place when it cannot be parsed */
export function withoutTypes(code: string): string {
  return transform(code, { transforms: ['typescript'], disableESTransforms: true, keepUnusedImports: true })
    .code;
}
