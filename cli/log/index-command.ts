import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Db } from '../../database/db.ts';
import { openDatabase } from '../../database/open-database.ts';
import { emptyReadModel, entriesBehind, indexBatch } from '../../gateway/audit/follow-log.ts';
import { loadConfig } from '../../gateway/config.ts';
import { logSize } from '../../gateway/querylog/read-entries.ts';
import { migrateLog } from './act-on-log.ts';

/** How long to wait for another process that is at the same work. */
const TURN_MS = 50;

interface IndexOptions {
  rebuild?: true;
  json?: true;
}

/**
 * Adds `xinqiao log index`: brings the read model of the query log level with it. A running gateway does so by itself; this
 * is for making it anew, or before a gateway starts. Exit codes: 0 level; 1 it could not be written.
 */
export function registerLogIndex(log: Command, environment: NodeJS.ProcessEnv): void {
  log
    .command('index')
    .description('更新审计检索表。 Bring what auditors search level with the log')
    .option('--rebuild', 'empty it first and make it anew from the log')
    .option('--json', 'print one JSON value: {entries}')
    .action((options: IndexOptions) => index(options, environment));
}

async function index({ rebuild, json }: IndexOptions, environment: NodeJS.ProcessEnv): Promise<void> {
  const { databaseUrl, dataDirectory } = loadConfig(environment);
  const db = await openDatabase({ databaseUrl, dataDirectory });
  try {
    await migrateLog(db);
    if (rebuild) await emptyReadModel(db);
    await level(db);
    const entries = await logSize(db);
    process.stdout.write(
      json
        ? `${JSON.stringify({ entries: entries.toString() })}\n`
        : `已与日志一致：${entries} 条。 Level with the log: ${entries} entries.\n`,
    );
  } finally {
    await db.close();
  }
}

async function level(db: Db): Promise<void> {
  while ((await entriesBehind(db)) > 0n) {
    if ((await indexBatch(db)) === null) await delay(TURN_MS);
  }
}
