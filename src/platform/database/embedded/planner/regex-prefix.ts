/** Characters that end what a pattern says literally. */
const SPECIAL = new Set('^$.[]|()?*+{}\\');

/**
 * The beginning that every match of an anchored pattern has, such as `abc` of `^abc.*`.
 *
 * @returns `undefined` when matches may begin with anything
 */
export function fixedPrefix(pattern: string, flags: string): string | undefined {
  if (!pattern.startsWith('^') || /[imx]/.test(flags) || pattern.includes('|')) return undefined;
  const characters = [...pattern.slice(1)];
  const prefix: string[] = [];
  let at = 0;
  while (at < characters.length) {
    const escaped = characters[at] === '\\';
    const character = escaped ? characters[at + 1] : characters[at];
    // An escaped letter or digit is a class or an anchor, not itself.
    if (character === undefined || (escaped ? /[A-Za-z0-9]/.test(character) : SPECIAL.has(character))) break;
    prefix.push(character);
    at += escaped ? 2 : 1;
  }
  // What a quantifier follows may be absent.
  if (at < characters.length && '?*{'.includes(characters[at])) prefix.pop();
  return prefix.length > 0 ? prefix.join('') : undefined;
}
