import { CoglexError } from './coglex-error.js';
import { problemOf } from './problem.js';

describe('problemOf', () => {
  it('has the members of RFC 9457 and ours', () => {
    expect(problemOf(new CoglexError('not_found', { detail: 'No such moon.' }), 'id-1')).toEqual({
      type: 'urn:coglex:problem:not_found',
      title: 'Not found',
      status: 404,
      detail: 'No such moon.',
      code: 'not_found',
      requestId: 'id-1',
    });
  });

  it('has the title for want of a detail', () => {
    expect(problemOf(new CoglexError('forbidden'), 'id')).toMatchObject({ detail: 'Not allowed' });
  });

  it('adds bad fields and extensions, which cannot take the place of a member', () => {
    const errors = [{ field: '/name', message: 'must be text' }];
    const extensions = { index: 3, status: 200, code: 'fine', requestId: 'other' };
    expect(problemOf(new CoglexError('duplicate_key', { errors, extensions }), 'id')).toMatchObject({
      index: 3,
      status: 409,
      code: 'duplicate_key',
      requestId: 'id',
      errors,
    });
  });

  it('says nothing of the cause or the headers', () => {
    const error = new CoglexError('forbidden', {
      cause: new Error('hidden'),
      headers: { 'X-Hidden': 'hidden' },
    });
    expect(JSON.stringify(problemOf(error, 'id'))).not.toMatch(/hidden/i);
  });
});
