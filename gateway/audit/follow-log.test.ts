import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Db } from '../../database/db.ts';
import { migrate } from '../../database/migrate.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { entryOf } from '../querylog/entry.fixture.ts';
import type { QueryLogEntry } from '../querylog/entry.ts';
import { createFreshEntries, type FreshEntries, nextEntries } from '../querylog/fresh-entries.ts';
import { createQueryLog } from '../querylog/query-log.ts';
import { emptyReadModel, entriesBehind, followLog, indexBatch } from './follow-log.ts';

let db: Db;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());
beforeEach(() => emptyReadModel(db));

const log = () => createQueryLog({ db, origin: 'x' });
const append = async (...changes: Partial<QueryLogEntry>[]) => {
  const writer = log();
  for (const change of changes) await writer.append(entryOf('r', change));
};
async function level(limit?: number): Promise<void> {
  while ((await indexBatch(db, limit === undefined ? {} : { limit })) !== 0);
}

/** What the read model says of each look, whatever its rows are numbered. */
async function contents(): Promise<unknown> {
  const { rows } = await db.query(
    `SELECT l.seq, l.at, l.latest, k.digest, k.first_seq, k.last_seq,
       array(SELECT n.facet || ' ' || n.value || ' ' || n.mentions FROM audit.mention m JOIN audit.name n USING (name)
             WHERE m.seq = l.seq AND m.kind = l.kind AND m.at = l.at ORDER BY 1) AS names
     FROM audit.look l JOIN audit.kind k USING (kind) ORDER BY l.seq`,
  );
  const { rows: tally } = await db.query(
    'SELECT t.hour, k.digest, t.entries, t.looks, t.subjects FROM audit.tally t JOIN audit.kind k USING (kind) ORDER BY 1, 2, 3, 5',
  );
  return { looks: rows, tally, progress: (await db.query('SELECT * FROM audit.progress')).rows };
}

test('takes each entry once, whatever the size of its batches, and makes the same of the same log anew', async () => {
  await append(
    { subjects: { asked: ['o-1'], returned: ['o-1', 'p-2'] } },
    {
      caller: { actor: 'SUBJECT', organization: 'p-2', subject: 'p-2' },
      subjects: { asked: [], returned: ['p-2'] },
      matter: null,
    },
    { caller: null, purpose: null, matter: null, decision: 'REFUSED', code: 'RATE_LIMITED', count: 40, fields: [] },
    { authorizations: ['A-1'], time: '2026-03-01T02:00:00.000Z' },
  );
  await level();
  const whole = (await contents()) as { looks: unknown[] };
  expect(whole.looks).toHaveLength(4);
  expect(await indexBatch(db)).toBe(0);
  expect(await contents()).toEqual(whole);
  await emptyReadModel(db);
  await level(1);
  expect(await contents()).toEqual(whole);
});

test('counts looks by hour, operator and kind, and the refusals that one entry stands for', async () => {
  await level();
  const { rows } = await db.query(
    `SELECT t.hour, k.decision, n.value AS operator, t.entries, t.looks, t.subjects FROM audit.tally t
     JOIN audit.kind k USING (kind) LEFT JOIN audit.name n ON n.name = t.operator ORDER BY t.looks, t.entries DESC`,
  );
  const hour = '2026-03-01T02:00:00.000Z';
  expect(rows).toEqual([
    { hour, decision: 'RELEASED', operator: null, entries: 1n, looks: 1n, subjects: 1n },
    { hour, decision: 'RELEASED', operator: 'wang.li', entries: 2n, looks: 2n, subjects: 4n },
    { hour, decision: 'REFUSED', operator: null, entries: 1n, looks: 40n, subjects: 2n },
  ]);
});

test('notes how far an entry’s own time was behind the latest, so that a range of times is found whole', async () => {
  await level();
  const { rows } = await db.query('SELECT latest, lateness_ms AS lateness FROM audit.progress');
  expect(rows).toEqual([{ latest: '2026-03-01T02:03:04.005Z', lateness: 184_005n }]);
});

test('keeps what PostgreSQL’s text cannot hold findable', async () => {
  await append({ matter: 'a\0b\ud800' });
  await level();
  const { rows } = await db.query("SELECT value FROM audit.name WHERE facet = 'MATTER' AND value LIKE 'a%'");
  expect(rows).toEqual([{ value: 'a\ufffdb\ufffd' }]);
});

test('leaves the read model as it was when a batch fails', async () => {
  await level();
  await append({});
  const before = await contents();
  const failing: Pick<Db, 'kind' | 'transaction'> = {
    kind: db.kind,
    transaction: (work) =>
      db.transaction(async (tx) => {
        await work(tx);
        throw new Error('died before the commit');
      }),
  };
  await expect(indexBatch(failing)).rejects.toThrow('died');
  expect(await contents()).toEqual(before);
  expect(await entriesBehind(db)).toBe(1n);
});

test('stops at a gap in the positions until it has closed', async () => {
  const withGap: Pick<Db, 'kind' | 'transaction'> = {
    kind: db.kind,
    transaction: (work) =>
      db.transaction((tx) =>
        work({
          query: async (sql, params) => {
            const { rows } = await tx.query(sql, params);
            return { rows: rows.filter(({ seq }) => seq !== 2n) as never };
          },
        }),
      ),
  };
  expect(await indexBatch(withGap)).toBe(2);
  expect(await indexBatch(withGap)).toBe(0);
  await level();
  expect(await entriesBehind(db)).toBe(0n);
});

/** The database, and whether an entry's text was read from it. */
function watched() {
  const reads = { entries: false };
  const watching: Pick<Db, 'kind' | 'transaction'> = {
    kind: db.kind,
    transaction: (work) =>
      db.transaction((tx) =>
        work({
          query(sql, params, options) {
            reads.entries ||= sql.includes('canonical');
            return tx.query(sql, params, options);
          },
        }),
      ),
  };
  return { watching, reads };
}

async function appendFresh(fresh: FreshEntries, ...matters: string[]): Promise<void> {
  await appendAll(fresh, ...matters.map((matter) => ({ matter, authorizations: ['A-2', 'A-2'] })));
}

async function appendAll(fresh: FreshEntries, ...changes: Partial<QueryLogEntry>[]): Promise<void> {
  const writer = createQueryLog({ db, origin: 'x', onWritten: fresh.note });
  await Promise.all(changes.map((changed) => writer.append(entryOf('r', changed))));
}

test('makes the same of what this process wrote itself, without reading it', async () => {
  await level();
  const fresh = createFreshEntries();
  await appendFresh(fresh, '1', 'b\0\ud800', '3');
  const { watching, reads } = watched();
  expect(await indexBatch(watching, { fresh, limit: 2 })).toBe(2);
  expect(await indexBatch(watching, { fresh })).toBe(1);
  expect(reads.entries).toBe(false);
  const fromMemory = await contents();
  await emptyReadModel(db);
  await level();
  expect(await contents()).toEqual(fromMemory);
});

test('takes a megabyte of long entries from the log at a time, and from memory those that name sixteen thousand subjects', async () => {
  await level();
  const fresh = createFreshEntries();
  const [begin] = (await db.query<{ size: bigint }>('SELECT size FROM querylog.head')).rows;
  const many = Array.from({ length: 800 }, (_, index) => `o-${String(index).padStart(22, '0')}`);
  const long = Array.from({ length: 30 }, () => ({ subjects: { asked: many, returned: many } }));
  await appendAll(fresh, ...long, {});
  const takeAll = async (memory: FreshEntries) => {
    const taken = [];
    for (let next = begin?.size ?? 0n; taken.at(-1) !== 0; next += BigInt(taken.at(-1) ?? 0))
      taken.push((await nextEntries(db, next, { limit: 500, fresh: memory })).length);
    return taken;
  };
  expect(await takeAll(fresh)).toEqual([10, 10, 10, 1, 0]);
  expect(await takeAll(createFreshEntries())).toEqual([23, 8, 0]);
  await emptyReadModel(db);
});

test('reads what others wrote, and goes on with its own', async () => {
  await level();
  const fresh = createFreshEntries();
  await append({ matter: 'theirs' });
  await appendFresh(fresh, 'ours');
  expect(await indexBatch(db, { fresh, limit: 1 })).toBe(1);
  const { watching, reads } = watched();
  expect(await indexBatch(watching, { fresh })).toBe(1);
  expect(reads.entries).toBe(false);
  expect(await entriesBehind(db)).toBe(0n);
});

test('believes its memory of no entry that is not on the log as it remembers it', async () => {
  await level();
  const elsewhere = createFreshEntries();
  const fresh: FreshEntries = {
    ...elsewhere,
    from: (position, limit) => elsewhere.from(position, limit).map((each) => ({ ...each, leafHash: new Uint8Array(32) })),
  };
  await appendFresh(fresh, 'remembered otherwise');
  const { watching, reads } = watched();
  expect(await indexBatch(watching, { fresh })).toBe(1);
  expect(reads.entries).toBe(true);
});

test('several followers together take each entry once', async () => {
  const errors: unknown[] = [];
  const followers = [1, 2, 3].map(() => followLog({ db, clock: Date.now, report: (error) => errors.push(error) }));
  await vi.waitFor(async () => expect(await entriesBehind(db)).toBe(0n), 5_000);
  await vi.waitFor(
    () => expect(followers.map((follower) => follower.state())).toEqual(followers.map(() => ({ behind: 0n, lagMs: 0 }))),
    5_000,
  );
  await Promise.all(followers.map((follower) => follower.close()));
  expect(errors).toEqual([]);
  expect((await db.query('SELECT count(*) AS looks FROM audit.look')).rows).toEqual([
    { looks: (await db.query<{ size: bigint }>('SELECT size FROM querylog.head')).rows[0]?.size },
  ]);
});

test('says for how long it has been behind a log it cannot follow', async () => {
  let now = 1_000;
  const report = vi.fn<(error: unknown) => void>();
  const broken: Db = { ...db, query: db.query.bind(db), transaction: () => Promise.reject(new Error('down')) };
  const follower = followLog({ db: broken, clock: () => now, report });
  await vi.waitFor(() => expect(report).toHaveBeenCalled());
  now = 4_500;
  expect(follower.state()).toMatchObject({ lagMs: 3_500 });
  expect(follower.state().behind).toBeGreaterThan(0n);
  await follower.close();
});

test('makes a read model that was dropped anew from the entries that are not archived', async () => {
  await append(...Array.from({ length: 256 }, () => ({})));
  await db.exec('UPDATE querylog.head SET archived = size - size % 256');
  await db.exec('DELETE FROM querylog.entry WHERE seq < (SELECT archived FROM querylog.head)');
  await db.exec('DROP SCHEMA audit CASCADE');
  await migrate(db, new URL('migrations', import.meta.url).pathname, 'audit');
  await level();
  expect(await entriesBehind(db)).toBe(0n);
  const { rows } = await db.query('SELECT (SELECT count(*) FROM audit.look) = (SELECT count(*) FROM querylog.entry) AS whole');
  expect(rows).toEqual([{ whole: true }]);
});
