import { parseArgs } from 'node:util';
import type { Config } from '../platform/config/config.js';
import { commandConfig } from './command.js';
import { readWitness } from '../platform/audit/audit-witness.service.js';
import { ChainSeal } from '../platform/audit/chain/chain-seal.js';
import { AuditVerifier } from '../platform/audit/verify/audit-verifier.js';
import type { ChainReport } from '../platform/audit/verify/verify-chain.js';
import { withDatabase } from './with-database.js';

const USAGE = 'Usage: npm run audit -- verify [--project <id>]';
const PROJECT = /^(?:default|[0-9a-f]{24})$/;

/**
 * Verifies the audit trail, while a server runs or not. Exit code 0: it is whole; 1: it is broken or cut, or cannot be
 * read; 2: the command was not understood.
 */
try {
  const asked = wanted();
  if (!asked) {
    process.stderr.write(`${USAGE}\n`);
    process.exitCode = 2;
  } else if (!(await verify(await commandConfig(), asked.project))) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function wanted(): { project?: string } | undefined {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { project: { type: 'string' } },
    });
    const isKnown = positionals.length === 1 && positionals[0] === 'verify';
    return isKnown && PROJECT.test(values.project ?? 'default') ? values : undefined;
  } catch {
    return undefined;
  }
}

async function verify(config: Config, project?: string): Promise<boolean> {
  const seal = new ChainSeal([config.SERVER_SECRET, ...config.AUDIT_PREVIOUS_SECRETS]);
  const witness = await readWitness(config.DATA_DIR);
  return withDatabase(config, async (database) => {
    const verifier = new AuditVerifier(database, seal, witness);
    const chains = project === undefined ? verifier.verifyAll() : [verifier.verifyOne(project)];
    let good = true;
    for await (const report of chains) {
      process.stdout.write(`${lineOf(report)}\n`);
      if (report.broken) good = false;
    }
    process.stdout.write(good ? 'The audit trail is whole\n' : 'The audit trail is broken\n');
    return good;
  });
}

function lineOf({ project, entries, forgotten, end, broken }: ChainReport): string {
  const counts = `${entries} entries verified${forgotten > 0 ? `, ${forgotten} without the person` : ''}`;
  if (broken) return `${project}: ${counts}, broken at sequence ${broken.seq}: ${broken.reason}`;
  return `${project}: ${counts}${entries > 0 ? `, up to sequence ${end.seq}` : ''}`;
}
