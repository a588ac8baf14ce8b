import { BENCH_SECRET } from './processes.ts';

/** Posts to a service with the root key. @throws Error when it does not succeed */
export async function post(url: string, path: string, body: object): Promise<Record<string, string>> {
  const answer = await fetch(`${url}/service/${path}`, {
    method: 'POST',
    headers: { 'x-api-key': BENCH_SECRET, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return (await answer.json()) as Record<string, string>;
}
