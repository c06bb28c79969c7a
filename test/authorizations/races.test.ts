import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { openPostgres } from '../../database/postgres.ts';
import type { PresentedAuthorization } from '../../gateway/authorization/present-authorization.ts';
import { codeOf } from '../../gateway/errors.ts';
import { authorizationsAreKeptTo } from '../../gateway/evidence/authorization-rule.ts';
import { entryOf } from '../../gateway/querylog/entry.fixture.ts';
import { createQueryLog } from '../../gateway/querylog/query-log.ts';
import { logSize, readEntries } from '../../gateway/querylog/read-entries.ts';
import { openTestDatabase } from '../support/database.ts';
import { openGateway, type Outcome } from './city.ts';

const ATTEMPTS = Number(process.env['XINQIAO_AUTHORIZATION_ATTEMPTS'] ?? 240);
const RACES = Number(process.env['XINQIAO_AUTHORIZATION_RACES'] ?? 40);
const USES = 3;
/** Attempts at one authorization at the same moment, and authorizations at once. */
const CROWD = 24;
const AT_ONCE = 5;
/** Long runs are commands; vitest's own limit is for a test of a second. */
const TIMEOUT_MS = 60_000 + (ATTEMPTS + RACES * 10) * 100;

let db: Db;
let more: Db[] = [];
let gateways: ReturnType<typeof openGateway>[];
let companies = 0;

beforeAll(async () => {
  db = await openTestDatabase();
  more = await poolsBeside(db);
  gateways = [db, ...more].map(openGateway);
}, 120_000);
afterAll(async () => {
  for (const gateway of gateways) await gateway.close();
  for (const pool of more) await pool.close();
  await db.close();
});

/** A pool for each of two more gateways; the embedded database is one process's, and has one connection for all three. */
async function poolsBeside(first: Db): Promise<Db[]> {
  const server = process.env['XINQIAO_TEST_DATABASE_URL'];
  if (server === undefined) return [sharing(first), sharing(first)];
  const { rows } = await first.query<{ name: string }>('SELECT current_database() AS name');
  const url = new URL(server);
  url.pathname = `/${rows[0]?.name}`;
  return [await openPostgres({ url: url.href }), await openPostgres({ url: url.href })];
}

function sharing({ kind, query, transaction, exec }: Db): Db {
  return { kind, query: query.bind(db), transaction: transaction.bind(db), exec: exec.bind(db), close: async () => {} };
}

const anyGateway = () => gateways[Math.floor(Math.random() * gateways.length)]!;
const granted = () => anyGateway().granted(++companies, USES);

/** After a random number of turns of the event loop: no sleeping, and never in step. */
async function soon<T>(work: () => Promise<T>): Promise<T> {
  for (let turns = Math.floor(Math.random() * 20); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
  return work();
}

/** What the log says from a position on: faults by the rule of `xinqiao log verify`, answers by authorization. */
async function readLog(from: bigint) {
  const rule = authorizationsAreKeptTo();
  const faults: string[] = [];
  const released = new Map<string, number>();
  for (let at = from; ; ) {
    const page = await readEntries(db, at, 1_000);
    for (const { entry } of page) {
      const fault = rule(entry);
      if (fault !== undefined) faults.push(fault);
      for (const id of entry.decision === 'RELEASED' ? (entry.authorizations ?? []) : [])
        released.set(id, (released.get(id) ?? 0) + 1);
    }
    if (page.length === 0) return { faults, released };
    at += BigInt(page.length);
  }
}

/** What use has ended is revoked no more. */
function usedUpBefore(error: unknown): false {
  expect(codeOf(error)).toBe('ALREADY_DONE');
  return false;
}

describe('three gateways over one database', () => {
  test(
    `never use an authorization once too often in ${ATTEMPTS} attempts at the same moments, and lose no use to failures`,
    async () => {
      const from = await logSize(db);
      const outcomes: Outcome[] = [];
      const all: PresentedAuthorization[] = [];
      for (let attempts = 0; attempts < ATTEMPTS; ) {
        const authorizations = await Promise.all(Array.from({ length: AT_ONCE }, granted));
        all.push(...authorizations);
        const crowd = authorizations.flatMap((each) =>
          Array.from({ length: CROWD }, () => soon(() => anyGateway().attempt(each, Math.random() < 0.3))),
        );
        attempts += crowd.length;
        outcomes.push(...(await Promise.all(crowd)));
        // What failures gave back can still be used, to the last.
        for (const each of authorizations) while ((await anyGateway().attempt(each)) === 'RELEASED') outcomes.push('RELEASED');
      }
      const { faults, released } = await readLog(from);
      expect(faults).toEqual([]);
      expect(all.map(({ id }) => released.get(id))).toEqual(all.map(() => USES));
      expect(outcomes.filter((outcome) => outcome === 'RELEASED')).toHaveLength(all.length * USES);
      expect([...new Set(outcomes)].sort()).toEqual(['AUTHORIZATION_EXHAUSTED', 'RELEASED', 'RETURNED']);
    },
    TIMEOUT_MS,
  );

  test(
    `release nothing after a revocation in ${RACES} races with it, as the log alone tells`,
    async () => {
      const from = await logSize(db);
      const outcomes: Outcome[] = [];
      for (let races = 0; races < RACES; races += AT_ONCE) {
        await Promise.all(
          Array.from({ length: AT_ONCE }, async () => {
            const authorization = await granted();
            const attempts = Array.from({ length: 4 }, () => soon(() => anyGateway().attempt(authorization)));
            const isRevoked = await soon(() => anyGateway().revoke(authorization)).then(() => true, usedUpBefore);
            // The very next request, after the revocation was acknowledged.
            expect(await anyGateway().attempt(authorization)).toBe(
              isRevoked ? 'AUTHORIZATION_REVOKED' : 'AUTHORIZATION_EXHAUSTED',
            );
            outcomes.push(...(await Promise.all(attempts)));
          }),
        );
      }
      const { faults, released } = await readLog(from);
      expect(faults).toEqual([]);
      const answered = outcomes.filter((outcome) => outcome === 'RELEASED').length;
      expect([...released.values()].reduce((sum, count) => sum + count, 0)).toBe(answered);
      expect(new Set(outcomes)).not.toContain('INTERNAL');
    },
    TIMEOUT_MS,
  );

  test('a release that was not settled with its entry would be found out', async () => {
    const from = await logSize(db);
    const { id } = await granted().then(async (authorization) => (await anyGateway().revoke(authorization), authorization));
    const careless = createQueryLog({ db, origin: 'city.example/log' });
    await careless.append(entryOf('r', { time: new Date().toISOString(), authorizations: [id] }));
    expect((await readLog(from)).faults).toEqual(['RELEASED_AFTER_END']);
  });
});
