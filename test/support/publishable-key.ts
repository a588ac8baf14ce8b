import { KeyRing } from '../../src/platform/security/key-ring.service.js';
import type { ApiClient } from './api-client.js';
import type { TestApp } from './test-app.js';

/** A client that sends a publishable key, as a page in a browser does. */
export function withPublishableKey(app: TestApp): ApiClient {
  const ring = app.nest.get(KeyRing);
  const find = ring.find.bind(ring);
  ring.find = async (sent) => (sent === 'publishable' ? { id: 'page', type: 'publishable' } : find(sent));
  return app.anonymous.with({ 'x-api-key': 'publishable' });
}
