import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';
import { ROOT } from './build.js';

/** A TypeScript file of the repository. */
export interface SourceFile {
  /** Relative to the root of the repository, such as `src/main.ts`. */
  path: string;
  text: string;
}

/** All TypeScript files under some directories of the repository. */
export function sourceFiles(...directories: string[]): SourceFile[] {
  return directories.flatMap((directory) =>
    readdirSync(join(ROOT, directory), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(directory, name))
      .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') })),
  );
}

/** Every module that a file names: imports and exports, of values and of types, static and dynamic. */
export function importsOf({ path, text }: SourceFile): string[] {
  const found: string[] = [];
  walk(path, text, (node) => {
    const specifier = specifierOf(node);
    if (specifier && ts.isStringLiteralLike(specifier)) found.push(specifier.text);
  });
  return found;
}

/** Where a relative import of a file leads, relative to the root of the repository; packages lead nowhere. */
export function resolveImport({ path }: SourceFile, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return normalize(join(dirname(path), specifier)).replace(/\.js$/, '.ts');
}

/** Whether a file reads the environment of the process. */
export function readsEnvironment({ path, text }: SourceFile): boolean {
  let reads = false;
  walk(path, text, (node) => {
    const isProcess = (expression: ts.Node) => /^(globalThis\.)?process$/.test(expression.getText());
    if (ts.isPropertyAccessExpression(node) && node.name.text === 'env' && isProcess(node.expression))
      reads = true;
    if (ts.isElementAccessExpression(node) && isProcess(node.expression)) reads = true;
    if (ts.isVariableDeclaration(node) && node.initializer && isProcess(node.initializer)) reads = true;
    if (ts.isImportDeclaration(node) && /^['"](node:)?process['"]$/.test(node.moduleSpecifier.getText()))
      reads = true;
  });
  return reads;
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node))
    return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
  if (!ts.isCallExpression(node)) return undefined;
  const isImport =
    node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require';
  return isImport ? node.arguments[0] : undefined;
}

function walk(path: string, text: string, visit: (node: ts.Node) => void): void {
  const descend = (node: ts.Node): void => {
    visit(node);
    ts.forEachChild(node, descend);
  };
  descend(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
}
