import { request, type Agent } from 'undici';
import type { FuzzAnswer } from './answer-checker.ts';
import type { FuzzRequest } from './request-maker.ts';

/** Sends a request. A connection that breaks or falls silent is an answer of status 0. */
export async function send(dispatcher: Agent, base: string, fuzz: FuzzRequest): Promise<FuzzAnswer> {
  try {
    const { statusCode, headers, body } = await request(base + fuzz.url, {
      dispatcher,
      method: fuzz.method as 'GET',
      headers: fuzz.headers,
      body: fuzz.body,
    });
    const type = String(headers['content-type'] ?? '').split(';')[0];
    return { status: statusCode, type, text: await body.text() };
  } catch (error) {
    return { status: 0, type: '', text: String(error) };
  }
}
