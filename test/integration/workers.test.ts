import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { generateCity, type Manifest } from '../../cli/sample/generate-city.ts';
import type { Db } from '../../database/db.ts';
import { openPostgres } from '../../database/postgres.ts';
import { type RunningCommand, runCommand, startCommand } from '../support/command.ts';
import { createOwnedDatabases } from '../support/owned-databases.ts';
import { type Answered, askAt, AUDIENCE, ISSUER, tokenOf } from './deployment.ts';
import { BASE_DATE, CLOCK_OFFSET_MS, type Foundations, layFoundations } from './test-city.ts';

const databaseUrl = process.env['XINQIAO_TEST_DATABASE_URL'];
const redisUrl = process.env['XINQIAO_TEST_REDIS_URL'];
/** A process starts in two seconds where it is alone, and in many where eight others are starting. */
const PROCESSES_MS = 120_000;
/** What the company may ask about itself in an hour, by this deployment's policy. */
const REQUESTS_PER_HOUR = 20;

describe.runIf(databaseUrl !== undefined && redisUrl !== undefined)(
  'two workers on PostgreSQL and Redis',
  { timeout: PROCESSES_MS },
  () => {
    const closers: (() => Promise<unknown>)[] = [];
    let foundations: Foundations;
    let manifest: Manifest;
    let gateway: RunningCommand;
    let log: Db;
    let url: string;
    const receipts: string[] = [];
    const run = randomUUID().slice(0, 8);

    beforeAll(async () => {
      const folder = await mkdtemp(join(tmpdir(), 'xinqiao-workers-'));
      closers.push(() => rm(folder, { recursive: true, force: true }));
      foundations = await layFoundations(folder);
      const selfQuery = join(foundations.policies, 'purposes', 'SELF_QUERY.yaml');
      await writeFile(
        selfQuery,
        (await readFile(selfQuery, 'utf8')).replace('requestsPerHour: 300', `requestsPerHour: ${REQUESTS_PER_HOUR}`),
      );
      const prefix = `xinqiao_test_${inject('testRun')}_${randomUUID().slice(0, 4)}`;
      const databases = await createOwnedDatabases(databaseUrl ?? '', prefix, ['city'], CLOCK_OFFSET_MS);
      closers.push(() => databases.drop());
      const environment = {
        ...foundations.environment,
        ...foundations.gatewayEnvironment,
        NODE_ENV: 'production',
        PORT: '0',
        XINQIAO_ISSUER: ISSUER,
        XINQIAO_AUDIENCE: AUDIENCE,
        XINQIAO_TEST_CLOCK_OFFSET_MS: String(CLOCK_OFFSET_MS),
        DATABASE_URL: databases.urlOf('city'),
        REDIS_URL: redisUrl ?? '',
      };
      manifest = await generateCity({ subjects: 0, seed: 1, outDirectory: join(folder, 'city'), baseDate: BASE_DATE });
      gateway = startCommand(['start', '--workers', '2'], environment);
      closers.push(() => gateway.stop('SIGKILL'));
      url = await gateway.untilReady();
      log = await openPostgres({ url: databases.adminUrlOf('city'), connections: 2 });
      closers.push(() => log.close());
      const registrations = join(folder, 'city', 'registrations.csv');
      const imported = await runCommand(
        ['import', 'registrations', registrations, '--department', 'registry', '--officer', '样例', '--json'],
        environment,
      );
      if (imported.end !== 0) throw new Error(`xinqiao import ended with ${imported.end}: ${imported.stderr}`);
    }, PROCESSES_MS);

    afterAll(async () => {
      for (const closer of closers.splice(0).reverse()) await closer();
    }, PROCESSES_MS);

    const NAME = 'query Name($code: USCC!) { subject(by: { unifiedSocialCreditCode: $code }) { name } }';
    async function askAs(bearer: Parameters<typeof tokenOf>[1], purpose: string): Promise<Answered> {
      const token = tokenOf({ issuer: foundations.issuer, run }, bearer);
      const variables = { code: manifest.demonstration.unifiedSocialCreditCode };
      const answer = await askAt(url, { query: NAME, variables, token, purpose, matter: '云监〔2026〕第1号', reset: true });
      if (answer.disclosure.receipt !== null) receipts.push(answer.disclosure.receipt.index);
      return answer;
    }
    const askAsClerk = () => askAs({ actor: 'DEPARTMENT', org: 'licensing-bureau', operator: 'clerk' }, 'DAILY_SUPERVISION');
    const released = { status: 200, codes: [], data: { subject: { name: '云汀市青禾餐饮管理有限公司' } } };

    /** What each worker has answered, by its number. */
    async function answeredByWorker(): Promise<Record<string, number>> {
      const { body } = await request(`${url}/metrics`, { reset: true });
      const lines = [...(await body.text()).matchAll(/^xinqiao_query_duration_seconds_count\{.*worker="(\d)"\} (\d+)$/gm)];
      const answered: Record<string, number> = {};
      for (const [, worker = '', count] of lines) answered[worker] = (answered[worker] ?? 0) + Number(count);
      return answered;
    }
    /** The process that a worker is now. */
    function pidOf(worker: number): number {
      const started = gateway.lines.filter((line) => line.includes('worker started')).map((line) => JSON.parse(line));
      return (started.findLast((line) => line.worker === worker) as { pid: number }).pid;
    }

    test('are ready once, and both answer at one address', async () => {
      const answers = await Promise.all(Array.from({ length: 12 }, askAsClerk));
      expect(answers).toEqual(answers.map(() => expect.objectContaining(released)));
      const { 1: one = 0, 2: two = 0 } = await answeredByWorker();
      expect(one + two).toBe(12);
      expect(Math.min(one, two)).toBeGreaterThan(0);
      expect(gateway.lines.filter((line) => line.includes('Xinqiao is ready'))).toHaveLength(1);
    });

    test('are scraped alike, whichever of them answers', async () => {
      const scrapes = await Promise.all(Array.from({ length: 6 }, answeredByWorker));
      expect(scrapes).toEqual(scrapes.map(() => scrapes[0]));
    });

    test('count one quota', async () => {
      const subject = manifest.demonstration.unifiedSocialCreditCode;
      const answers: Answered[] = [];
      for (let request = 0; request < REQUESTS_PER_HOUR + 4; request++) {
        answers.push(await askAs({ actor: 'SUBJECT', org: subject, subject }, 'SELF_QUERY'));
      }
      expect(answers.map(({ status }) => status)).toEqual([
        ...Array.from({ length: REQUESTS_PER_HOUR }, () => 200),
        ...Array.from({ length: 4 }, () => 429),
      ]);
    });

    test('answer on when one is killed, and it is replaced', async () => {
      const killed = pidOf(1);
      process.kill(killed, 'SIGKILL');
      await gateway.untilSaid('a worker ended unasked');
      expect(await askAsClerk()).toMatchObject(released);
      await gateway.untilSaid('worker started', 3);
      expect(pidOf(1)).not.toBe(killed);
      // Its series begin anew with its first query. Connections go to the workers in turn: two a round, so that it gets one.
      const answersAgain = async () => {
        await Promise.all([askAsClerk(), askAsClerk()]);
        return (await answeredByWorker())['1'] ?? 0;
      };
      await expect.poll(answersAgain, { timeout: 60_000 }).toBeGreaterThan(0);
      const { body } = await request(`${url}/metrics`);
      expect(await body.text()).toContain('xinqiao_worker_deaths{worker="primary"} 1\n');
    });

    test('finish on SIGTERM what is under way in both, its log entries included', async () => {
      let release = () => {};
      let holding: Promise<void> | undefined;
      await new Promise<void>((locked) => {
        holding = log.transaction(async (tx) => {
          await tx.query('select from querylog.head for update');
          locked();
          await new Promise<void>((resolve) => (release = resolve));
        });
      });
      const asked = Array.from({ length: 6 }, askAsClerk);
      // Each worker writes its batch over one connection.
      const waiting = `select count(distinct pid)::int as count from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like '%querylog.head%'`;
      await expect
        .poll(async () => (await log.query<{ count: number }>(waiting)).rows[0]?.count, { timeout: 30_000 })
        .toBeGreaterThanOrEqual(2);
      const ended = gateway.stop('SIGTERM');
      await gateway.untilSaid('Stopping');
      expect(gateway.isRunning()).toBe(true);
      release();
      await holding;
      expect(await Promise.all(asked)).toEqual(asked.map(() => expect.objectContaining(released)));
      expect(await ended).toBe(0);
    });

    test('have left one gapless log with every receipt in it once', async () => {
      const { rows } = await log.query<{ seq: bigint }>('select seq from querylog.entry order by seq');
      expect(rows.map(({ seq }) => String(seq))).toEqual(rows.map((_, index) => String(index)));
      expect(new Set(receipts).size).toBe(receipts.length);
      const entries = new Set(rows.map(({ seq }) => String(seq)));
      expect(receipts.filter((receipt) => !entries.has(receipt))).toEqual([]);
      // Every answer but the refusals that were counted together has an entry of its own.
      expect(receipts.length).toBeGreaterThanOrEqual(12 + REQUESTS_PER_HOUR + 1 + 6);
    });
  },
);
