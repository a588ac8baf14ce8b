import { Config } from './config.js';
import { settings, type SettingInfo } from './setting.decorator.js';

function shownDefault(name: string, info: SettingInfo): string {
  if (info.shownDefault !== undefined) return info.shownDefault;
  // Lists and objects say by `shownDefault` what they are.
  return String((new Config()[name as keyof Config] as string | number | boolean | undefined) ?? '');
}

/** The text of `.env.example`: every setting, commented out with its default. */
export function envExample(): string {
  const lines = ['# Copy to .env and change what you need. Every line shows its default.', '#'];
  lines.push('# NAME_FILE=/path reads the value of NAME from a file and wins over NAME.');
  let group = '';
  for (const [name, info] of settings()) {
    if (info.group !== group) {
      group = info.group;
      lines.push('', `## ${group}`);
    }
    // What has no fixed default is left empty, so that every line works once it is uncommented.
    lines.push(`# ${info.about}`, `#${name}=${info.optional ? '' : shownDefault(name, info)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** The configuration table of the README, in Markdown. */
export function readmeTable(): string {
  const rows = [...settings()].map(([name, info]) => {
    const value = shownDefault(name, info);
    return `| \`${name}\` | ${value === '' ? '' : `\`${value}\``} | ${info.about} |`;
  });
  // Prettier would pad every cell to the width of the longest.
  return ['<!-- prettier-ignore -->', '| Setting | Default | Meaning |', '|---|---|---|', ...rows].join('\n');
}

const TABLE = /(<!-- configuration -->\n)[^]*?(<!-- \/configuration -->)/;

/**
 * The README with the table between its markers made anew.
 *
 * @throws Error when the markers are missing
 */
export function replaceConfigurationTable(readme: string): string {
  if (!TABLE.test(readme)) throw new Error('README.md has no <!-- configuration --> markers');
  return readme.replace(
    TABLE,
    (_all, open: string, close: string) => `${open}\n${readmeTable()}\n\n${close}`,
  );
}
