import { BENCH_SECRET } from '../bench/processes.ts';
import type { Callers } from './request-maker.ts';

/** Makes callers of every kind; the first is the one that may do most. */
export async function signUpCallers(url: string): Promise<Callers> {
  const root = { 'x-api-key': BENCH_SECRET };
  const post = async (path: string, body: object): Promise<Record<string, string>> => {
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { ...root, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path} answers ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Record<string, string>;
  };
  const user = { _key: 'fuzz@example.com', _password: 'correct horse battery staple 7' };
  await post('/service/auth/v1/signup', user);
  const { token } = await post('/service/auth/v1/signin', user);
  const publishable = { key: 'x' };
  const narrow = { key: 'y' };
  return {
    root,
    rootWithUser: { ...root, authorization: `Bearer ${token}` },
    page: { 'x-api-key': publishable.key },
    pageWithUser: { 'x-api-key': publishable.key, authorization: `Bearer ${token}` },
    reader: { 'x-api-key': narrow.key },
    stranger: {},
    forger: { 'x-api-key': 'cgx_sk_forged', authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' },
  };
}
