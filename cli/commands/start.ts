import { mkdir } from 'node:fs/promises';
import { env } from 'node:process';
import { type Command, InvalidArgumentError } from 'commander';
import type { Db } from '../../database/db.ts';
import { findSchemas } from '../../database/migrate-all.ts';
import { migrate } from '../../database/migrate.ts';
import { openDatabase } from '../../database/open-database.ts';
import { type Config, loadConfig } from '../../gateway/config.ts';
import { requireSecrets } from '../../gateway/secrets.ts';
import { createLogger } from '../../gateway/server/logger.ts';
import { DEPARTMENTS } from '../../schema/signed-context.ts';
import { assembleCity, assertMayStart } from '../city/assemble.ts';
import { isEmptyCity, loadSampleCity } from '../city/sample-city.ts';
import { progressBar } from '../progress-bar.ts';

interface StartOptions {
  empty?: true;
  subjects: number;
  seed: number;
}

/**
 * Adds `xinqiao start`: everything up, by default on an embedded database with a sample city.
 * Runs until SIGINT or SIGTERM, then finishes what is under way. Exit codes: 0 stopped cleanly; 1 could not start, or
 * requests were still under way when the grace was over.
 */
export function registerStart(program: Command, environment: NodeJS.ProcessEnv = env): void {
  program
    .command('start')
    .description('启动网关、六个部门和样例城市。 Start everything')
    .option('--empty', 'do not load the sample city into an empty database')
    .option('--subjects <number>', 'size of the sample city', wholeNumber, 1_000)
    .option('--seed <number>', 'seed of the sample city', wholeNumber, 1)
    .action((options: StartOptions) => start(options, loadConfig(environment)));
}

async function start(options: StartOptions, config: Config): Promise<void> {
  // Before a database is made: what is missing or not to be trusted is told at once, and nothing is left behind.
  await assertMayStart(config);
  const db = await openMigrated(config);
  try {
    if (wantsSample(options, config) && (await isEmptyCity(db))) await fillWithSample(db, options, config);
    await serve(db, config);
  } finally {
    await db.close();
  }
}

/** Only the schemas this process serves: a department at an address of its own keeps its tables to itself. */
async function openMigrated(config: Config): Promise<Db> {
  if (config.databaseUrl === undefined) await mkdir(config.dataDirectory, { recursive: true, mode: 0o700 });
  const db = await openDatabase({ databaseUrl: config.databaseUrl, dataDirectory: config.dataDirectory, exclusive: true });
  try {
    const elsewhere = Object.keys(config.subgraphUrls).map((code) => code.replaceAll('-', '_'));
    for (const { schemaName, folder } of await findSchemas()) {
      if (!elsewhere.includes(schemaName)) await migrate(db, folder, schemaName);
    }
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** Never beside real data: a server's database is filled by imports alone. */
function wantsSample({ empty }: StartOptions, { environment, databaseUrl, subgraphUrls }: Config): boolean {
  const isEmbedded = databaseUrl === undefined && DEPARTMENTS.every((department) => subgraphUrls[department] === undefined);
  return !empty && isEmbedded && environment !== 'production';
}

async function fillWithSample(db: Db, { subjects, seed }: StartOptions, config: Config): Promise<void> {
  const bar = progressBar(process.stderr, Date.now);
  process.stderr.write(`首次启动：装入样例城市（${subjects} 个主体）。 First start: loading the sample city.\n`);
  const { subjectKey } = requireSecrets(config, ['subjectKey']);
  await loadSampleCity(db, { subjects, seed, subjectKey, clock: Date.now, onProgress: bar.show });
  bar.clear();
}

async function serve(db: Db, config: Config): Promise<void> {
  const logger = createLogger(config);
  const city = await assembleCity({ config, db, logger });
  try {
    const url = await city.server.start();
    process.stderr.write(`信桥已就绪 Xinqiao is ready: ${url}/graphql\n`);
    await untilStopped();
    process.stderr.write('正在停止 Stopping: finishing what is under way.\n');
  } finally {
    const { drained } = await city.stop();
    if (!drained) process.exitCode = 1;
  }
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

function wholeNumber(text: string): number {
  if (/^\d{1,7}$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError('应为 1 至 9999999 的整数。 Expected a whole number from 1 to 9999999.');
}
