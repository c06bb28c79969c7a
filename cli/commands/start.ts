import { env } from 'node:process';
import { type Command, InvalidArgumentError } from 'commander';
import type { Db } from '../../database/db.ts';
import { makeDirectory } from '../../database/make-directory.ts';
import { findSchemas } from '../../database/migrate-all.ts';
import { migrate } from '../../database/migrate.ts';
import { openDatabase } from '../../database/open-database.ts';
import { type Config, ConfigError, loadConfig } from '../../gateway/config.ts';
import { prepareLog } from '../../gateway/querylog/prepare-log.ts';
import { assertClockAgrees } from '../../gateway/querylog/watch-clock.ts';
import { requireSecrets } from '../../gateway/secrets.ts';
import { createLogger, type Logger } from '../../gateway/server/logger.ts';
import { createMetrics } from '../../gateway/server/metrics.ts';
import { DEPARTMENTS } from '../../schema/signed-context.ts';
import { assembleCity, assertMayStart, GATEWAY_VARIABLES } from '../city/assemble.ts';
import type { CityOptions } from '../city/city-options.ts';
import { isCityUnfinished, loadFirstCity } from '../city/first-city.ts';
import { assertMayListen } from '../may-listen.ts';
import { progressBar } from '../progress-bar.ts';
import { untilStopped } from '../until-stopped.ts';
import { answerForAll } from '../workers/answer-for-all.ts';
import { channelToPrimary } from '../workers/fork-worker.ts';
import { runWorkers } from '../workers/run-workers.ts';

interface StartOptions {
  empty?: true;
  subjects: number;
  seed: number;
  workers?: string;
}

/** Told how far the server is. */
interface Announcements {
  ready(url: string): void;
  stopping(): void;
}

/** To the person at the terminal, or whoever waits for the first of the lines. */
const ALOUD: Announcements = {
  ready: (url) => void process.stderr.write(`信桥已就绪 Xinqiao is ready: ${url}/graphql\n`),
  stopping: () => void process.stderr.write('正在停止 Stopping: finishing what is under way.\n'),
};

/**
 * Adds `xinqiao start`: everything up, by default on an embedded database with a sample city.
 * Runs until SIGINT, SIGTERM or SIGHUP, then finishes what is under way. Exit codes: 0 stopped cleanly; 1 could not start, or
 * requests were still under way when the grace was over. With several workers this process prepares the database,
 * starts itself again as each of them and answers nothing itself.
 */
export function registerStart(program: Command, environment: NodeJS.ProcessEnv = env): void {
  program
    .command('start')
    .description('启动网关、六个部门和样例城市。 Start everything')
    .option('--empty', 'do not load the sample city into an empty embedded database; into PostgreSQL it never is')
    .option('--subjects <number>', 'size of the sample city', wholeNumber, 1_000)
    .option('--seed <number>', 'seed of the sample city', wholeNumber, 1)
    .option('--workers <number>', 'processes that share the port; instead of XINQIAO_WORKERS')
    .action(({ workers, ...options }: StartOptions) =>
      start(
        options,
        loadConfig({ ...environment, ...(workers !== undefined && { XINQIAO_WORKERS: workers }) }, GATEWAY_VARIABLES),
      ),
    );
}

async function start(options: Omit<StartOptions, 'workers'>, config: Config): Promise<void> {
  const logger = createLogger(config);
  const channel = channelToPrimary();
  if (channel !== undefined) return serveAsWorker({ config, logger, processes: config.workers }, channel);
  if (config.workers > 1) assertWorkersMayShare(config);
  // Before a database is made: what is missing or not to be trusted is told at once, and nothing is left behind.
  await assertMayStart(config);
  await assertMayListen(config);
  const db = await openMigrated(config);
  try {
    if (isForSample(config)) await fillWithSample(db, options, config);
    if (config.workers === 1) return await serve({ config, logger, db }, ALOUD);
    // Once, and not by each worker at the same time.
    await prepareLog(db, (done) => logger.info(done, 'bringing the query log into its tree'));
  } finally {
    await db.close();
  }
  await startWorkers(config, logger);
}

/** Only by a clock that is right, and only the schemas this process serves: a department at an address of its own keeps its tables to itself. */
async function openMigrated(config: Config): Promise<Db> {
  if (config.databaseUrl === undefined) makeDirectory(config.dataDirectory);
  const { databaseUrl, dataDirectory } = config;
  const db = await openDatabase({ databaseUrl, dataDirectory, exclusive: true, serving: true });
  try {
    await assertClockAgrees(db, Date.now);
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
function isForSample({ environment, databaseUrl, subgraphUrls }: Config): boolean {
  const isEmbedded = databaseUrl === undefined && DEPARTMENTS.every((department) => subgraphUrls[department] === undefined);
  return isEmbedded && environment !== 'production';
}

async function fillWithSample(db: Db, { empty, subjects, seed }: Omit<StartOptions, 'workers'>, config: Config): Promise<void> {
  const { dataDirectory } = config;
  if (empty) return sayUnfinished(dataDirectory);
  const bar = progressBar(process.stderr, Date.now);
  const onBegin = (count: number, again: boolean) =>
    void process.stderr.write(
      again
        ? `上次启动未装完样例城市（${count} 个主体），现在接着装。 The last start did not finish loading the sample city: going on with it.\n`
        : `首次启动：装入样例城市（${count} 个主体）。 First start: loading the sample city.\n`,
    );
  const { subjectKey } = requireSecrets(config, ['subjectKey']);
  await loadFirstCity(db, { subjects, seed, subjectKey, dataDirectory, clock: Date.now, onBegin, onProgress: bar.show });
  bar.clear();
}

function sayUnfinished(dataDirectory: string): void {
  if (!isCityUnfinished(dataDirectory)) return;
  process.stderr.write(
    `样例城市只装入了一部分：不带 --empty 启动即可装完，或删除 ${dataDirectory} 从头开始。 ` +
      `The sample city is there in part: start without --empty to finish it, or remove ${dataDirectory} to begin anew.\n`,
  );
}

/** An embedded database is inside one process. */
function assertWorkersMayShare({ databaseUrl }: Config): void {
  if (databaseUrl !== undefined) return;
  throw new ConfigError([
    'XINQIAO_WORKERS, --workers: 内嵌数据库只能由一个进程使用：请设 DATABASE_URL 指向 PostgreSQL，或只用 1 个进程。 ' +
      'The embedded database is for one process: set DATABASE_URL to a PostgreSQL server, or use 1 worker',
  ]);
}

async function startWorkers({ workers: count, redisUrl }: Config, logger: Logger): Promise<void> {
  if (redisUrl === undefined) {
    process.stderr.write(
      `未设 REDIS_URL：各进程分别计算配额，每个进程只用限额的 1/${count}；密钥持有证明由各进程分别记录。 ` +
        `REDIS_URL is not set: each worker counts quotas for itself, up to 1/${count} of the limits, and remembers used proofs for itself.\n`,
    );
  }
  const stopped = untilStopped().then(ALOUD.stopping);
  const { drained } = await runWorkers({ count, logger, onReady: ALOUD.ready, stopped });
  if (!drained) process.exitCode = 1;
}

type Serving = Omit<CityOptions, 'db'>;

async function serveAsWorker(serving: Serving, channel: NonNullable<ReturnType<typeof channelToPrimary>>): Promise<void> {
  const { databaseUrl } = serving.config;
  const db = await openDatabase({ databaseUrl, serving: true });
  try {
    const metrics = answerForAll(createMetrics(), channel);
    await serve({ ...serving, db, metrics }, { ready: (url) => channel.send({ kind: 'READY', url }), stopping() {} });
  } finally {
    await db.close();
    channel.leave();
  }
}

/** Until it is told to stop. */
async function serve(options: CityOptions, announce: Announcements): Promise<void> {
  const city = await assembleCity(options);
  try {
    const stopped = untilStopped();
    announce.ready(await city.server.start());
    await stopped;
    announce.stopping();
  } finally {
    const { drained } = await city.stop();
    if (!drained) process.exitCode = 1;
  }
}

function wholeNumber(text: string): number {
  if (/^\d{1,7}$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError('应为 1 至 9999999 的整数。 Expected a whole number from 1 to 9999999.');
}
