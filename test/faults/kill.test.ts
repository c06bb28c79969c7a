import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { generateCity } from '../../cli/sample/generate-city.ts';
import type { Db } from '../../database/db.ts';
import { migrateAll } from '../../database/migrate-all.ts';
import { openDatabase } from '../../database/open-database.ts';
import type { Receipt } from '../../gateway/querylog/entry.ts';
import { importCategory } from '../../subgraphs/import-categories.ts';
import { importFile } from '../../subgraphs/kit/import/import-file.ts';
import { AUDIENCE, ISSUER, tokenOf } from '../integration/deployment.ts';
import { BASE_DATE, CLOCK_OFFSET_MS, cityClock, type Foundations, layFoundations } from '../integration/test-city.ts';
import { type RunningCommand, startCommand } from '../support/command.ts';
import { type Mutation, plantMutant } from '../support/mutant.ts';
import { createOwnedDatabases, type OwnedDatabases } from '../support/owned-databases.ts';
import { createRandom } from '../support/random.ts';
import { checkReceipts } from './check-receipts.ts';
import { type Load, putUnderLoad } from './load.ts';

/** How often the gateway is killed: a handful in `npm test`, two hundred times by `npm run test:faults`. */
const KILLS = Number(process.env['XINQIAO_TEST_KILLS'] ?? 3);
/** A kill with the start before it, on a machine that does other things. */
const KILL_MS = 30_000;
const PREPARATION_MS = 120_000;
const SERVER_URL = process.env['XINQIAO_TEST_DATABASE_URL'];
/** An embedded database starts three times as slowly: where there is a server, that one takes the many. */
const EMBEDDED_KILLS = SERVER_URL === undefined ? KILLS : Math.min(KILLS, 10);
const QUERY =
  'query ($code: USCC!) { subject(by: { unifiedSocialCreditCode: $code }) { name kind registration { status contactPhone } } }';

let folder: string;
let foundations: Foundations;
let code: string;
const started = new Set<RunningCommand>();
const moments = createRandom(20261031);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xinqiao-kill-'));
  foundations = await layFoundations(folder);
  const { demonstration } = await generateCity({ subjects: 0, seed: 1, outDirectory: join(folder, 'city'), baseDate: BASE_DATE });
  code = demonstration.unifiedSocialCreditCode;
}, PREPARATION_MS);
afterEach(async () => {
  await Promise.all([...started].map((gateway) => gateway.stop('SIGKILL')));
  started.clear();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** All tables, and the registrations that the queries look at. */
async function fill(db: Db): Promise<void> {
  await migrateAll(db);
  const category = importCategory('registrations');
  if (!category) throw new Error('no category registrations');
  const source = { path: join(folder, 'city', 'registrations.csv') };
  await importFile({ db, category, source, officer: '样例', subjectKey: foundations.subjectKey, clock: cityClock });
}

/** Starts a gateway, or the mutant at `bin`, and the clients that ask it. */
async function startUnderLoad(
  environment: Readonly<Record<string, string>>,
  bin?: string,
): Promise<{ gateway: RunningCommand; load: Load }> {
  const all = {
    ...foundations.environment,
    ...foundations.gatewayEnvironment,
    NODE_ENV: 'test',
    PORT: '0',
    XINQIAO_ISSUER: ISSUER,
    XINQIAO_AUDIENCE: AUDIENCE,
    XINQIAO_TEST_CLOCK_OFFSET_MS: String(CLOCK_OFFSET_MS),
    ...environment,
  };
  const gateway = startCommand(['start', '--empty'], all, bin);
  started.add(gateway);
  const url = /http:\/\/[\d.]+:\d+/.exec(await gateway.untilSaid('Xinqiao is ready'))?.[0] ?? '';
  const token = tokenOf(
    { issuer: foundations.issuer, run: 'kill' },
    { actor: 'DEPARTMENT', org: 'inspection', operator: 'inspector' },
  );
  const load = putUnderLoad(url, {
    token,
    headers: { 'x-purpose': 'DAILY_SUPERVISION' },
    body: JSON.stringify({ query: QUERY, variables: { code } }),
  });
  return { gateway, load };
}

/** Kills the gateway in the middle of its work; resolves with the receipts that its clients then hold. */
async function killUnderLoad({ gateway, load }: { gateway: RunningCommand; load: Load }): Promise<readonly Receipt[]> {
  await load.untilHolding(20 + moments.below(150));
  expect(await gateway.stop('SIGKILL')).toBe('SIGKILL');
  started.delete(gateway);
  await load.ended;
  expect(load.others, 'answered otherwise').toEqual([]);
  return load.receipts;
}

/** Commits come late, so that whoever does not wait for them is caught whatever the moment of the kill. */
const LATE = 'await new Promise((go) => setTimeout(go, 300));';
const COMMIT = 'const written = await this.#inTime(this.#writer.write(batch));';
/** Where the log would say that the next entry is. */
const NEXT = ['class GroupCommit', 'const MUTANT = { next: 0n, last: Promise.resolve() };\nclass GroupCommit'] as const;

describe('the same check catches a gateway that', () => {
  test.each<[string, Mutation]>([
    [
      'acknowledges a batch before it is committed',
      {
        file: 'gateway/querylog/query-log.ts',
        replacements: [
          NEXT,
          [
            COMMIT,
            `MUTANT.last = MUTANT.last.then(async () => { ${LATE} await this.#writer.write(batch); });
             const written = { first: MUTANT.next, refused: new Map() };
             MUTANT.next += BigInt(batch.length);`,
          ],
        ],
      },
    ],
    [
      'releases an answer before its entry is committed',
      {
        file: 'gateway/querylog/query-log.ts',
        replacements: [
          NEXT,
          [
            'this.#writing ??= this.#writeAll();',
            'resolve(this.#receipt(MUTANT.next++, leaf)); this.#writing ??= this.#writeAll();',
          ],
          [COMMIT, `${LATE} ${COMMIT}`],
        ],
      },
    ],
  ])('%s', { timeout: KILL_MS + PREPARATION_MS }, async (_, mutation) => {
    const mutant = await plantMutant(mutation);
    const dataDirectory = await mkdtemp(join(folder, 'mutant-'));
    try {
      const prepared = await openDatabase({ dataDirectory });
      await fill(prepared);
      await prepared.close();
      const held = await killUnderLoad(await startUnderLoad({ XINQIAO_DATA: dataDirectory }, mutant.bin));
      const left = await openDatabase({ dataDirectory, exclusive: true });
      await expect(checkReceipts(left, held)).rejects.toThrow('not in the log');
      await left.close();
    } finally {
      await mutant.remove();
    }
  });
});

describe('a gateway killed again and again under load', () => {
  test(`loses no entry of an embedded database that a client holds a receipt for, ${EMBEDDED_KILLS} times`, {
    timeout: EMBEDDED_KILLS * KILL_MS + PREPARATION_MS,
  }, async ({ annotate }) => {
    const dataDirectory = join(folder, 'data');
    const prepared = await openDatabase({ dataDirectory });
    await fill(prepared);
    await prepared.close();

    const held: Receipt[] = [];
    for (let kill = 0; kill < EMBEDDED_KILLS; kill++) {
      const running = await startUnderLoad({ XINQIAO_DATA: dataDirectory });
      // Through the gateway that has just opened again what the one before it left.
      const through = await openDatabase({ dataDirectory });
      await checkReceipts(through, held);
      await through.close();
      held.push(...(await killUnderLoad(running)));
    }
    const own = await openDatabase({ dataDirectory, exclusive: true });
    await checkReceipts(own, held);
    await own.close();
    expect(held.length).toBeGreaterThanOrEqual(20 * EMBEDDED_KILLS);
    await annotate(`${held.length} receipts, all in the log`);
  });

  describe.runIf(SERVER_URL !== undefined)('on PostgreSQL', () => {
    let databases: OwnedDatabases;
    beforeAll(async () => {
      databases = await createOwnedDatabases(SERVER_URL ?? '', `xinqiao_test_${inject('testRun')}_${randomUUID().slice(0, 4)}`, [
        'shared',
      ]);
    });
    afterAll(() => databases.drop());

    test(`loses no entry of a log that three gateways share, ${KILLS} times`, {
      timeout: KILLS * KILL_MS + PREPARATION_MS,
    }, async ({ annotate }) => {
      const url = databases.urlOf('shared');
      const log = await openDatabase({ databaseUrl: url });
      try {
        await fill(log);
        const held: Receipt[] = [];
        let left = KILLS;
        // Each is killed and started anew in its own time, while the others go on writing.
        const gateway = async () => {
          while (left-- > 0) {
            held.push(...(await killUnderLoad(await startUnderLoad({ DATABASE_URL: url }))));
            // The others go on adding to what is held while this is looked up.
            await checkReceipts(log, [...held]);
          }
        };
        await Promise.all([gateway(), gateway(), gateway()]);
        await checkReceipts(log, held);
        expect(held.length).toBeGreaterThanOrEqual(20 * KILLS);
        await annotate(`${held.length} receipts, all in the log`);
      } finally {
        await log.close();
      }
    });
  });
});
