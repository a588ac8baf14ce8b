import { ERRORS } from './catalogue.js';

describe('the catalogue of errors', () => {
  it.each(Object.entries(ERRORS))('%s has a status, a title and a level that fit', (code, error) => {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(error.status).toBeGreaterThanOrEqual(400);
    expect(error.status).toBeLessThan(600);
    expect(error.title).toMatch(/^[A-Z][^.]+$/);
    // What callers cause must not fill an operator's screen, and what we cause must not hide.
    if (error.status === 500) expect(error.level).toBe('error');
    if (error.status < 500) expect(['debug', 'warn']).toContain(error.level);
  });

  it('cannot be changed', () => {
    expect(Object.isFrozen(ERRORS)).toBe(true);
  });
});
