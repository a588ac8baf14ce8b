/**
 * Code is a script, but editors and habits write modules: imports of `coglex` become what they mean, and `export`
 * says nothing here. Lines stay where they are.
 */
export function asScript(code: string): string {
  return code
    .replace(
      /^([ \t]*)import\s+(\{[^}]*\}|\*\s*as\s+[\w$]+|[\w$]+)\s+from\s*(['"])coglex\3/gm,
      (_, indent: string, names: string) => `${indent}const ${binding(names)} = globalThis.coglex`,
    )
    .replace(/^([ \t]*)export\s+(?:default\s+)?(?=(?:async|function|const|let|var|class)\b)/gm, '$1');
}

const binding = (names: string) => names.replace(/^\*\s*as\s+/, '').replace(/\bas\b/g, ':');
