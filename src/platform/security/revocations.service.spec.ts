import { Revocations, userName, type Revocation } from './revocations.service.js';

const ADA = {
  id: '65f000000000000000000001',
  key: 'ada',
  collection: '_USERS',
  project: 'default',
  session: 's1',
  generation: 2,
};
const LATER = new Date(Date.now() + 60_000);
const ofSession = (session: string, expires = LATER): Revocation => ({ kind: 'session', session, expires });
const ofUser = (generation: number): Revocation => ({
  kind: 'user',
  user: userName(ADA),
  generation,
  expires: LATER,
});

describe('Revocations', () => {
  it('revoke nothing without a feed', async () => {
    expect(await new Revocations().has(ADA)).toBe(false);
  });

  it('revoke one session', async () => {
    const revocations = new Revocations();
    revocations.add(ofSession('s1'));
    expect(await revocations.has(ADA)).toBe(true);
    expect(await revocations.has({ ...ADA, session: 's2' })).toBe(false);
  });

  it('revoke the earlier generations of one user', async () => {
    const revocations = new Revocations();
    revocations.add(ofUser(3));
    // What is read once more in the wrong order changes nothing.
    revocations.add(ofUser(1));
    expect(await revocations.has(ADA)).toBe(true);
    expect(await revocations.has({ ...ADA, generation: 3 })).toBe(false);
    for (const other of [{ id: 'x' }, { collection: 'members' }, { project: 'mars' }])
      expect(await revocations.has({ ...ADA, ...other })).toBe(false);
  });

  it('read the feed before their first verdict, once for all who ask', async () => {
    const revocations = new Revocations();
    let readings = 0;
    revocations.attach(async () => {
      readings += 1;
      return Promise.resolve([ofSession('s1')]);
    });
    expect(await Promise.all([revocations.has(ADA), revocations.has({ ...ADA, session: 's2' })])).toEqual([
      true,
      false,
    ]);
    expect(revocations.has(ADA)).toBe(true);
    expect(readings).toBe(1);
  });

  it('give no verdict while the feed cannot be read', async () => {
    const revocations = new Revocations();
    revocations.attach(() => Promise.reject(new Error('away')));
    await expect(revocations.has(ADA)).rejects.toThrow('away');
    await expect(revocations.has(ADA)).rejects.toThrow('away');
    revocations.attach(() => Promise.resolve([]));
    expect(await revocations.has(ADA)).toBe(false);
  });
});
