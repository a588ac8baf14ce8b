/** What a mail says, without its looks. */
export interface Letter {
  subject: string;
  paragraphs: readonly string[];
  /** To be typed in; shown large. */
  code?: string;
  /** To be followed; shown as a button, and in full below it. */
  link?: { label: string; href: string };
}

/** A mail as it is sent. */
export interface RenderedLetter {
  subject: string;
  text: string;
  html: string;
}

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (text: string) => text.replace(/[&<>"']/g, (character) => ESCAPES[character]);

const FONT = 'font-family:system-ui,sans-serif;color:#222';
const BUTTON =
  'display:inline-block;padding:12px 20px;border-radius:6px;background:#1f4fd8;color:#fff;text-decoration:none';
const CODE = 'font-size:32px;letter-spacing:6px;font-weight:600';

/** @param name of the project, which signs the letter */
export function renderLetter(letter: Letter, name: string): RenderedLetter {
  return { subject: letter.subject, text: textOf(letter, name), html: htmlOf(letter, name) };
}

function textOf({ paragraphs, code, link }: Letter, name: string): string {
  const parts = [...paragraphs];
  if (code !== undefined) parts.splice(1, 0, `    ${code}`);
  if (link) parts.splice(1, 0, `${link.label}:\n${link.href}`);
  return `${[...parts, `-- \n${name}`].join('\n\n')}\n`;
}

function htmlOf({ subject, paragraphs, code, link }: Letter, name: string): string {
  const parts = paragraphs.map((paragraph) => `<p>${escape(paragraph)}</p>`);
  if (code !== undefined) parts.splice(1, 0, `<p style="${CODE}">${escape(code)}</p>`);
  if (link) {
    const href = escape(link.href);
    parts.splice(
      1,
      0,
      `<p><a href="${href}" style="${BUTTON}">${escape(link.label)}</a></p>`,
      `<p style="font-size:12px;word-break:break-all">${href}</p>`,
    );
  }
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(subject)}</title></head>`,
    `<body style="${FONT};max-width:560px;margin:32px auto;padding:0 16px">`,
    ...parts,
    `<p style="color:#777">${escape(name)}</p></body></html>`,
  ].join('\n');
}
