/** Reads `name=value` pairs as OpenTelemetry writes them: comma-separated, percent-encoded. */
export function readPairs(text: string): [name: string, value: string][] {
  return text
    .split(',')
    .filter((pair) => pair.trim() !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())];
    });
}

/** Whether a text is made of `name=value` pairs. */
export function isPairList(text: string): boolean {
  try {
    return (
      text.split(',').every((pair) => pair.trim() === '' || /^[^=]+=/.test(pair)) &&
      readPairs(text).length > 0
    );
  } catch {
    return false;
  }
}

/** Whether a text is made of `name=value` pairs that can be headers. */
export function isHeaderList(text: string): boolean {
  const isHeader = ([name, value]: [string, string]) =>
    /^[!#$%&'*+.^_`|~\w-]+$/.test(name) && /^[\t\x20-\x7e]*$/.test(value);
  return isPairList(text) && readPairs(text).every(isHeader);
}

/** Whether a text is a number from 0 to 1. */
export function isRatio(text: string): boolean {
  return /^(?:0|1|0?\.\d{1,12}|1\.0+|0\.\d{1,12})$/.test(text);
}
