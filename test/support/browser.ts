import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** Where Debian and Ubuntu put Chromium. */
const EXECUTABLE = '/usr/bin/chromium';

/** Groups tests that need a real browser; they are left out, and reported so, on a machine without Chromium. */
export const describeInBrowser = existsSync(EXECUTABLE) ? describe : describe.skip;

/** A headless Chromium that talks to nobody but the pages it is given. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
