/**
 * `npm run bench:scale`: the unified query through the real gateway over real PostgreSQL, departments included, as the city
 * grows (`--sizes`, 10,000 to 1,000,000 subjects): its latency must stay, and no statement of it may read a large table from
 * end to end. `--keep` leaves the filled databases for the next run. Exit code 1 when a plan does.
 */
import { env } from 'node:process';
import { parseArgs } from 'node:util';
import { assembleCity } from '../cli/city/assemble.ts';
import { openDatabase } from '../database/open-database.ts';
import { loadConfig } from '../gateway/config.ts';
import { createLogger } from '../gateway/server/logger.ts';
import { fillCity, someSubjects } from './city/fill.ts';
import { makeQuestion } from './city/question.ts';
import { type BenchDatabase, makeDatabase } from './harness/database.ts';
import { recording, wholeReads } from './harness/explain.ts';
import { freePort, makeGatewayFiles } from './harness/gateway.ts';
import { askOnce } from './harness/load.ts';
import { start } from './harness/process.ts';
import { atMost, publish, type Report } from './harness/report.ts';
import { type Candidate, type Figures, interleave } from './harness/rounds.ts';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '10000,100000,1000000' },
    keep: { type: 'boolean', default: false },
    json: { type: 'string' },
    results: { type: 'boolean', default: false },
  },
});
const SIZES = values.sizes.split(',').map(Number);
if (SIZES.length < 2 || !SIZES.every((size) => size >= 1_000 && size % 1_000 === 0))
  throw new TypeError('--sizes takes two or more multiples of 1000, separated by commas');

const SUBJECT_KEY = 'bench-subject-key-0123456789abcdef0123456789abcdef';
const SUBJECTS = 500;
/** Few enough that what is measured is the query and not the queue for it. */
const IN_FLIGHT = 2;
const ROUNDS = { rounds: 5, roundMs: 3_000, warmUp: 1_000 };
const { text } = makeQuestion({ subjects: 1, records: 5, bodies: 1 });
const files = makeGatewayFiles(SUBJECT_KEY);
const opened: (() => Promise<void> | void)[] = [() => files.remove()];

try {
  const cities = new Map<number, { candidate: Candidate; bodies: readonly string[] }>();
  const wrong: string[] = [];
  let statements = 0;
  for (const size of SIZES) {
    const database = await filled(size);
    const bodies = await bodiesOf(database.url);
    const plans = await explained(database.url, bodies[0]!);
    statements = plans.length;
    wrong.push(...plans.flatMap(({ sql, tables }) => tables.map((table) => `${size}: ${table} in ${sql.trim().slice(0, 80)}`)));
    cities.set(size, { candidate: await gatewayOver(database.url, size), bodies });
  }
  const measured = await measure(cities);
  publish(reportOf(measured, { statements, wrong }), { json: values.json, results: values.results, smoke: false });
  if (wrong.length > 0) process.exitCode = 1;
} finally {
  for (const close of opened.reverse()) await close();
}

async function filled(size: number): Promise<BenchDatabase> {
  const database = await makeDatabase(`scale_${size}`, { keep: values.keep });
  if (!values.keep) opened.push(() => database.drop());
  if (database.existed) return database;
  process.stderr.write(`Filling ${size} subjects …\n`);
  const db = await openDatabase({ databaseUrl: database.url });
  try {
    await fillCity(db, { subjects: size, subjectKey: SUBJECT_KEY });
  } catch (error) {
    // Half a city must not be found by the next run.
    await database.drop();
    throw error;
  } finally {
    await db.close();
  }
  return database;
}

async function bodiesOf(databaseUrl: string): Promise<string[]> {
  const db = await openDatabase({ databaseUrl });
  try {
    const ids = await someSubjects(db, SUBJECTS);
    return ids.map((id) => JSON.stringify({ query: text, operationName: 'Unified', variables: { by: { id } } }));
  } finally {
    await db.close();
  }
}

/** The plan of every statement that one unified query issues, departments and log, as this database would run it. */
async function explained(databaseUrl: string, body: string): Promise<{ sql: string; tables: readonly string[] }[]> {
  const { db, statements } = recording(await openDatabase({ databaseUrl }));
  const config = loadConfig({ ...files.environment, DATABASE_URL: databaseUrl, PORT: '0' });
  const city = await assembleCity({ config, db, logger: createLogger(config) });
  try {
    const url = `${await city.server.start()}/graphql`;
    statements.length = 0;
    await askOnce({ url, headers: files.headers, body });
    const plans: { sql: string; tables: readonly string[] }[] = [];
    for (const statement of statements.splice(0)) plans.push({ sql: statement.sql, tables: await wholeReads(db, statement) });
    return plans;
  } finally {
    await city.stop();
    await db.close();
  }
}

async function gatewayOver(databaseUrl: string, size: number): Promise<Candidate> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const gateway = await start<undefined>({
    script: new URL('../cli/bin.js', import.meta.url),
    args: ['start', '--empty'],
    env: { ...(env as Record<string, string>), ...files.environment, DATABASE_URL: databaseUrl, PORT: new URL(url).port },
    // Departments and their database work beside the gateway: one core would measure how they share it.
    core: undefined,
    readyAt: `${url}/health/ready`,
  });
  opened.push(() => gateway.stop());
  return { name: String(size), process: gateway, url: `${url}/graphql`, headers: files.headers };
}

async function measure(cities: ReadonlyMap<number, { candidate: Candidate; bodies: readonly string[] }>) {
  const candidates = [...cities.values()].map(({ candidate, bodies }) => ({ ...candidate, bodies }));
  const figures = await interleave(candidates, { ...ROUNDS, inFlight: IN_FLIGHT, bodies: [] });
  return new Map([...cities.keys()].map((size) => [size, figures.get(String(size))!]));
}

function reportOf(
  measured: ReadonlyMap<number, Figures>,
  { statements, wrong }: { statements: number; wrong: readonly string[] },
): Report {
  const all = [...measured];
  const [smallest, largest] = [all[0]![1], all.at(-1)![1]];
  const bound = { most: 1.3, unit: '×' };
  return {
    command: 'bench:scale',
    tables: [
      {
        title: `The unified query over real departments, ${IN_FLIGHT} in flight`,
        rows: [
          ['subjects', 'req/s', 'p50 ms', 'p99 ms'],
          ...all.map(([size, each]) => [
            size.toLocaleString('en'),
            each.requestsPerSecond.toFixed(0),
            each.p50Ms.toFixed(2),
            each.p99Ms.toFixed(2),
          ]),
        ],
      },
    ],
    verdicts: [
      atMost('p50, largest city to smallest', largest.p50Ms / smallest.p50Ms, bound),
      atMost('p99, largest city to smallest', largest.p99Ms / smallest.p99Ms, bound),
      {
        aim: `no plan of ${statements} statements reads a large table whole`,
        seen: wrong.length === 0 ? 'none does' : wrong.join('; '),
        met: wrong.length === 0,
      },
    ],
    figures: Object.fromEntries(all),
  };
}
