import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { EngineProcess } from './engine-process.ts';
import { LOAD_INDEXES, Writer, type Item } from './writer.ts';
import { checkIndexes } from './check-indexes.ts';

// Rounds of kill -9 under mixed concurrent load. After each, the engine is started on what the crash left, and:
// every acknowledged write is there, a write that was under way is whole or absent for each document, and no index
// disagrees with its documents.

const ROUNDS = Number(process.env.CHAOS_ROUNDS ?? 100);
const WRITERS = 8;

const directory = await mkdtemp(join(tmpdir(), 'coglex-chaos-'));
const writers = Array.from({ length: WRITERS }, (_, number) => new Writer(number));
const findings: string[] = [];
let slowestStart = 0;
let documents = 0;

try {
  for (let round = 1; round <= ROUNDS; round += 1) {
    const engine = await EngineProcess.start(directory);
    slowestStart = Math.max(slowestStart, engine.startMs);
    const mongo = await MongoClient.connect(engine.uri, { serverSelectionTimeoutMS: 5000 });
    const items = mongo.db('chaos').collection<Item>('items');
    if (round === 1) await items.createIndexes(LOAD_INDEXES);

    const stored = new Map((await items.find().toArray()).map((item) => [item._id, item]));
    documents = stored.size;
    for (const writer of writers)
      findings.push(...writer.settle(stored).map((finding) => `round ${round}: ${finding}`));
    if (stored.size > 0) findings.push(`round ${round}: ${stored.size} documents that nobody wrote`);
    findings.push(...(await checkIndexes(items)).map((finding) => `round ${round}: ${finding}`));

    const load = writers.map((writer) => writer.run(items));
    await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 500));
    await engine.kill();
    await Promise.all(load);
    await mongo.close(true);
    if (round % 10 === 0)
      process.stdout.write(
        `${round} rounds, ${acknowledged()} acknowledged writes, ${findings.length} findings\n`,
      );
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}

function acknowledged(): number {
  return writers.reduce((sum, writer) => sum + writer.acknowledged, 0);
}

const interrupted = writers.reduce((sum, writer) => sum + writer.interrupted, 0);
process.stdout.write(
  [
    `rounds of kill -9         ${ROUNDS}`,
    `acknowledged writes       ${acknowledged()}`,
    `writes cut off by a kill  ${interrupted}`,
    `documents at the end      ${documents}`,
    `slowest start             ${slowestStart.toFixed(0)} ms`,
    `findings                  ${findings.length}`,
    ...findings.slice(0, 50),
    '',
  ].join('\n'),
);
process.exit(findings.length === 0 ? 0 : 1);
