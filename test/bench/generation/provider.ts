import { setTimeout as sleep } from 'node:timers/promises';
import { candidate, frame, isStream, openStream, usage } from '../../support/gemini/gemini-replies.ts';
import { GeminiStandIn } from '../../support/gemini/gemini-stand-in.ts';

// Gemini in a process of its own: an answer of a few words at once, or a long one in pieces.

const PIECES = 40;
const PAUSE_MS = 100;
const TEXT = 'The quick brown fox jumps over the lazy dog. '.repeat(4);

const gemini = await GeminiStandIn.start();
gemini.always(async (request, response) => {
  // What was asked is not needed, and would fill the memory.
  gemini.requests = [];
  if (!isStream(request)) {
    const answer = { candidates: [candidate([{ text: TEXT }], 'STOP')], usageMetadata: usage(request, TEXT) };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    return;
  }
  openStream(response);
  for (let piece = 1; piece <= PIECES; piece += 1) {
    const parts = [{ text: TEXT }];
    const usageMetadata = usage(request, TEXT);
    response.write(
      frame({ candidates: [candidate(parts, piece === PIECES ? 'STOP' : undefined)], usageMetadata }),
    );
    await sleep(PAUSE_MS);
  }
  response.end();
});
process.stdout.write(`${gemini.url}\n`);
process.once('SIGTERM', () => void gemini.stop().then(() => process.exit()));
