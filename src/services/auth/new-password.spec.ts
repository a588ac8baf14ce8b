import { passwordProblem } from './new-password.js';

describe('passwordProblem', () => {
  it.each(['1x3y5z7q', 'éééé', '        ', 'x'.repeat(1000)])('finds nothing wrong with %j', (password) => {
    expect(passwordProblem(password)).toBeUndefined();
  });

  it.each([undefined, null, 12345678, { $ne: '' }, ['12345678'], Object('12345678')])(
    'refuses %j',
    (password) => {
      expect(passwordProblem(password)).toBe('must be a string');
    },
  );

  it.each(['', '1234567', 'ééé'])('refuses %j as too short', (password) => {
    expect(passwordProblem(password)).toContain('8 bytes');
  });

  it.each(['12345678', 'password', 'PassWord1', 'iloveyou'])('refuses the common password %j', (password) => {
    expect(passwordProblem(password)).toContain('common');
  });

  it('refuses broken Unicode, which UTF-8 would make alike', () => {
    expect(Buffer.from('\ud800 password')).toEqual(Buffer.from('\ud801 password'));
    expect(passwordProblem('\ud800 password')).toContain('Unicode');
  });
});
