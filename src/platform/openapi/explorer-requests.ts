/**
 * Lets the explorer change things after a sign-in from it: the browser then names the session by its cookie, and the
 * server wants the CSRF token beside it. Swagger UI gets this function as text, so it can use nothing from outside.
 */
export function withCsrfToken<T extends { headers: Record<string, string> }>(request: T): T {
  const { cookie } = (globalThis as unknown as { document: { cookie: string } }).document;
  const token = /(?:^|; )CSRF-Token=([^;]+)/.exec(cookie)?.[1];
  if (token) request.headers['X-CSRF-Token'] = token;
  return request;
}
