import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERRORS } from '../../src/platform/errors/catalogue.js';
import { ProblemDto } from '../../src/platform/errors/problem.dto.js';
import { ROOT } from '../support/build.js';

const CATALOGUE = 'src/platform/errors/catalogue.ts';

const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .map((name) => join('src', name))
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts') && name !== CATALOGUE)
  .map((name) => readFileSync(join(ROOT, name), 'utf8'));

const description = (
  Reflect.getMetadata('swagger/apiModelProperties', ProblemDto.prototype, 'code') as { description: string }
).description;

describe('every error of the catalogue', () => {
  it.each(Object.keys(ERRORS))('%s is used', (code) => {
    expect(sources.some((source) => source.includes(`'${code}'`))).toBe(true);
  });

  it.each(Object.entries(ERRORS))(
    '%s is documented with its status and its meaning',
    (code, { status, title }) => {
      expect(description).toContain(`- \`${code}\` (${status}): ${title}`);
    },
  );
});
