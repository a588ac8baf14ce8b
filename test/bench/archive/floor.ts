import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import Fastify from 'fastify';

// A bare Fastify that streams a body to disk, and a file to a client: what nobody can be faster than.
const directory = await mkdtemp(join(tmpdir(), 'coglex-bench-floor-'));
const path = join(directory, 'file');
const fastify = Fastify();
fastify.addContentTypeParser('application/octet-stream', (_request, _payload, done) => done(null));
fastify.post('/', async (request) => {
  await pipeline(request.raw, createWriteStream(path, { flush: true }));
  return {};
});
fastify.get('/', async (_request, reply) =>
  reply
    .header('Content-Length', (await stat(path)).size)
    .send(createReadStream(path, { highWaterMark: 512 * 1024 })),
);
process.once('SIGTERM', () => {
  void rm(directory, { recursive: true, force: true }).then(() => process.exit(0));
});
process.stdout.write(`${await fastify.listen({ host: '127.0.0.1', port: 0 })}\n`);
