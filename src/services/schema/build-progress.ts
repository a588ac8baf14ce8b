import type { Database } from '../../platform/database/database.service.js';

interface Operation {
  ns?: string;
  command?: { createIndexes?: string; indexes?: { name?: string }[] };
  progress?: { done: number; total: number };
}

/**
 * How far the index builds of a collection are, by the name of the index, from 0 to 1. Empty where the database does
 * not tell: the embedded engine builds before it answers, and an account may lack the right to ask.
 */
export async function buildProgress(
  database: Database,
  collection: string,
): Promise<ReadonlyMap<string, number>> {
  const parts = new Map<string, number>();
  try {
    const project = database.project();
    const { inprog } = await project
      .admin()
      .command({ currentOp: true, 'command.createIndexes': collection }, { timeoutMS: 1000 });
    for (const { ns, command, progress } of inprog as Operation[]) {
      if (ns !== undefined && !ns.startsWith(`${project.databaseName}.`)) continue;
      for (const { name } of command?.indexes ?? [])
        if (name !== undefined) parts.set(name, progress?.total ? progress.done / progress.total : 0);
    }
  } catch {
    return new Map();
  }
  return parts;
}
