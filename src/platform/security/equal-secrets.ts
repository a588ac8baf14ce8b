import { hash, timingSafeEqual } from 'node:crypto';

/** What two secrets are compared by. */
export const digest = (text: string): Buffer => hash('sha256', text, 'buffer');

/** Compares in a time that depends neither on where two secrets differ nor on the length of the stored one. */
export function equalSecrets(sent: string, stored: string): boolean {
  return timingSafeEqual(digest(sent), digest(stored));
}
