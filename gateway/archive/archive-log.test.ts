import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { migrate } from '../../database/migrate.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { emptyReadModel, entriesBehind, indexBatch } from '../audit/follow-log.ts';
import { openDatabaseCopy } from '../evidence/database-copy.ts';
import { openDirectoryCopy } from '../evidence/directory-copy.ts';
import { verifyLog } from '../evidence/verify-log.ts';
import { withArchive } from '../evidence/with-archive.ts';
import { assertEdgeHolds } from '../querylog/assert-edge.ts';
import { archivedEntries } from '../querylog/archived-entries.ts';
import { publishLogKey } from '../querylog/checkpoint-store.ts';
import { entryOf } from '../querylog/entry.fixture.ts';
import type { QueryLogEntry, Receipt } from '../querylog/entry.ts';
import { logProof } from '../querylog/log-proof.ts';
import { ensureMonths } from '../querylog/months.ts';
import { parseVerifierKey } from '../querylog/signed-note.ts';
import { verifyProvenReceipt } from '../querylog/proven-receipt.ts';
import { createQueryLog } from '../querylog/query-log.ts';
import { logSize, readEntries } from '../querylog/read-entries.ts';
import { createCheckpointSigner } from '../querylog/sign-checkpoint.ts';
import { LOG, ORIGIN } from '../witness/witness.fixture.ts';
import { archiveLog } from './archive-log.ts';

const folder = (name: string) => new URL(`../${name}/migrations`, import.meta.url).pathname;
let db: Db;
let directory: string;
let receipts: Receipt[];
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'archive-'));
  await db.exec('DROP SCHEMA querylog CASCADE; DROP SCHEMA audit CASCADE; DROP SCHEMA review CASCADE');
  for (const name of ['querylog', 'audit', 'review']) await migrate(db, folder(name), name);
  await publishLogKey(db, LOG.verifierKey);
  for (const month of [0, 3]) await ensureMonths(db, Date.UTC(2026, month, 15));
  receipts = [];
});
afterEach(() => rmSync(directory, { recursive: true }));

const level = async () => {
  while ((await entriesBehind(db)) > 0n) await indexBatch(db);
};
const madeAnew = async () => emptyReadModel(db).then(level).then(readModel);

/** Looks at these times, each at a subject of its own and at one that all share. */
async function log(times: readonly string[], changes: (n: number) => Partial<QueryLogEntry> = () => ({})): Promise<void> {
  const queryLog = createQueryLog({ db, origin: ORIGIN });
  const from = receipts.length;
  const subjects = (n: number) => ({ asked: [], returned: ['o-all', `o-${n}`] });
  const made = times.map((time, n) =>
    queryLog.append(entryOf(`r${from + n}`, { time, subjects: subjects(from + n), ...changes(from + n) })),
  );
  receipts.push(...(await Promise.all(made)));
  await db.exec(`SET session_replication_role = replica; UPDATE querylog.checkpoint SET at = at - interval '1 hour';
    SET session_replication_role = DEFAULT`);
  await createCheckpointSigner(db, LOG).sign();
  await level();
  await db.query(
    'UPDATE review.progress SET next_seq = (SELECT size FROM querylog.head), snapshot_seq = (SELECT size FROM querylog.head)',
  );
}
const inMonth = (month: number, count: number) =>
  Array.from({ length: count }, (_, n) => new Date(Date.UTC(2026, month - 1, 1) + n * 1000).toISOString());
const archive = (before: string, on: Pick<Db, 'query' | 'transaction'> = db) =>
  archiveLog({
    db: on,
    directory,
    before,
    entryOf: (digest) =>
      entryOf('archive', {
        time: '2026-05-02T00:00:00.000Z',
        decision: 'ACTED',
        act: { kind: 'LOG_ARCHIVED', object: before, digest },
      }),
  });
const positions = async () => {
  const { rows } = await db.query<{ lo: bigint; n: bigint }>('SELECT min(seq) AS lo, count(*) AS n FROM querylog.entry');
  return { first: rows[0]?.lo, entries: rows[0]?.n };
};
const partitions = async () => {
  const { rows } = await db.query<{ name: string }>(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'querylog.entry'::regclass ORDER BY 1`,
  );
  return rows.map(({ name }) => name.replace('querylog.', ''));
};
const faults = async (copy: Parameters<typeof verifyLog>[0]) =>
  (await verifyLog(copy, { keys: [LOG.verifierKey], toleranceMs: 120_000 })).findings.faults;
const together = async () => withArchive(openDatabaseCopy(db), openDirectoryCopy(directory), await archivedEntries(db));
const readModel = async () => {
  const tables = ['look', 'mention', 'tally', 'name'];
  const counts = await Promise.all(tables.map((table) => db.query(`SELECT count(*)::int AS n FROM audit.${table}`)));
  const { rows } = await db.query(`SELECT mentions FROM audit.name WHERE value = 'o-all'`);
  const kinds = await db.query('SELECT digest, first_seq FROM audit.kind WHERE kind IN (SELECT kind FROM audit.look) ORDER BY 1');
  return [...counts.map((one) => one.rows[0]?.['n']), rows[0]?.['mentions'], kinds.rows];
};

describe('archiving', () => {
  test('takes closed months out of the database into files that verify, with every proof still had', async () => {
    await log([...inMonth(1, 300), ...inMonth(2, 200), ...inMonth(4, 400)]);
    expect(await archive('2026-03')).toEqual({ entries: 500n, archived: 500n });
    expect(await positions()).toEqual({ first: 500n, entries: 401n });
    expect(await partitions()).toEqual(['entry_2026_03', 'entry_2026_04', 'entry_2026_05', 'entry_2026_06', 'entry_other']);
    expect(await faults(openDirectoryCopy(directory))).toEqual([]);
    expect(await faults(await together())).toEqual([]);
    await assertEdgeHolds(db);
    for (const receipt of [receipts[0], receipts[299], receipts[499], receipts[600]] as Receipt[]) {
      const proven = await logProof(db, ORIGIN, receipt);
      if (typeof proven === 'string') throw new Error(proven);
      expect(verifyProvenReceipt(proven, proven.verifierKeys.map(parseVerifierKey))).toMatchObject({ receipt });
    }
  });

  test('is on the log itself, with the digest of the checkpoint that the archive has', async () => {
    await log([...inMonth(1, 300), ...inMonth(4, 300)]);
    await archive('2026-02');
    const [act] = await readEntries(db, (await logSize(db)) - 1n, 1);
    const digest = createHash('sha256')
      .update(readFileSync(join(directory, 'checkpoint')))
      .digest('hex');
    expect(act?.entry.act).toEqual({ kind: 'LOG_ARCHIVED', object: '2026-02', digest });
  });

  test('goes on in the same archive, month after month, and does nothing twice', async () => {
    await log([...inMonth(1, 300), ...inMonth(2, 300), ...inMonth(4, 300)]);
    expect(await archive('2026-02')).toEqual({ entries: 300n, archived: 300n });
    const size = await logSize(db);
    expect(await archive('2026-02')).toEqual({ entries: 0n, archived: 300n });
    expect(await logSize(db)).toBe(size);
    const today = '2026-05-02T00:00:00.000Z';
    await log(Array.from({ length: 300 }, () => today));
    expect(await archive('2026-03')).toEqual({ entries: 300n, archived: 600n });
    expect(await faults(openDirectoryCopy(directory))).toEqual([]);
    await log([today]);
    expect(await faults(await together())).toEqual([]);
  });

  test.each([
    ['', '2026-04-01T00:00:00.000Z'],
    [', though the clock of the first entry that stays is a year ahead', '2027-04-01T00:00:00.000Z'],
    [', though the clock of the first entry that stays is a month behind', '2025-12-01T00:00:00.000Z'],
  ])('takes its looks out of the read model, which is then what it would be made anew%s', async (_, firstToStay) => {
    await log([...inMonth(1, 300), firstToStay, ...inMonth(4, 299)]);
    expect((await readModel()).slice(0, 5)).toEqual([600, 2400, expect.any(Number), 603, 600n]);
    await archive('2026-02');
    await level();
    const left = await readModel();
    expect(left[4]).toBe(300n);
    expect(await madeAnew()).toEqual(left);
  });

  test('dates a kind of which every look has left by the next there is', async () => {
    const rare = (n: number) => (n === 0 || n === 600 ? { purpose: 'RARE' } : {});
    await log([...inMonth(1, 300), ...inMonth(4, 300)], rare);
    await archive('2026-02');
    await log(['2026-04-30T00:00:00.000Z'], rare);
    const left = await readModel();
    expect(await madeAnew()).toEqual(left);
  });

  test('is verified with an archive that was damaged since, and the damage is named', async () => {
    await log([...inMonth(1, 300), ...inMonth(4, 300)]);
    await archive('2026-02');
    const file = join(directory, 'tile/entries/000');
    writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.of(0)]));
    expect(await faults(await together())).toMatchObject([{ kind: 'CHANGED_ENTRY', at: 'index 256' }]);
  });

  test('keeps what stands in the tile that appending goes on from, and what no month before holds', async () => {
    await log(inMonth(1, 300));
    expect(await archive('2026-02')).toEqual({ entries: 0n, archived: 0n });
    await log(inMonth(4, 300));
    expect(await archive('2026-01')).toEqual({ entries: 0n, archived: 0n });
    expect(await archive('2026-02')).toMatchObject({ entries: 300n });
  });

  test('takes the few younger entries along that stand among the last of a month, and is not misled by a clock that is months off', async () => {
    const early = '2026-02-01T00:00:01.000Z';
    const late = '2026-01-31T23:59:59.000Z';
    await log([...inMonth(1, 300), early, late, ...inMonth(2, 400), '1970-01-01T00:00:00.000Z', ...inMonth(4, 10)]);
    expect(await archive('2026-02')).toEqual({ entries: 302n, archived: 302n });
    expect(await positions()).toMatchObject({ first: 302n });
    expect(await faults(openDirectoryCopy(directory))).toMatchObject([{ kind: 'TIME_BACKWARDS' }]);
  });
});

describe('archiving takes nothing out', () => {
  beforeEach(() => log([...inMonth(1, 300), ...inMonth(4, 300)]));
  const nothingLeft = async () => {
    expect(await positions()).toEqual({ first: 0n, entries: 600n });
    expect(await partitions()).toContain('entry_2026_01');
  };
  const superuser = (sql: string) =>
    db.exec(`SET session_replication_role = replica; ${sql}; SET session_replication_role = DEFAULT`);

  test('when an entry is not the one that was logged', async () => {
    await superuser(`UPDATE querylog.entry SET canonical = replace(canonical, 'r7"', 'r8"') WHERE seq = 7`);
    await expect(archive('2026-02')).rejects.toThrow('CHANGED_ENTRY index 7');
    await nothingLeft();
  });

  test('when the archive was damaged in between', async () => {
    let transactions = 0;
    await expect(
      archive('2026-02', {
        query: db.query.bind(db),
        transaction: (work) => {
          if (++transactions === 2) writeFileSync(join(directory, 'tile/0/000'), Buffer.alloc(256 * 32));
          return db.transaction(work);
        },
      }),
    ).rejects.toThrow('归档与日志不一致');
    await nothingLeft();
  });

  test.each([
    ['before the drop', 'UPDATE querylog.head SET archived'],
    ['behind it', 'DELETE FROM querylog.entry'],
    ['with the act half written', 'INSERT INTO querylog.entry'],
  ])('when it dies %s, and the next run completes it', async (_, statement) => {
    const dying: Db['transaction'] = (work) =>
      db.transaction((tx) =>
        work({
          query: (sql, ...rest) => (sql.includes(statement) ? Promise.reject(new Error('killed')) : tx.query(sql, ...rest)),
        }),
      );
    await expect(archive('2026-02', { query: db.query.bind(db), transaction: dying })).rejects.toThrow('killed');
    await nothingLeft();
    expect(await faults(openDatabaseCopy(db))).toEqual([]);
    expect(await archive('2026-02')).toEqual({ entries: 300n, archived: 300n });
  });

  test('when the read model has not got it all', async () => {
    await db.query('UPDATE audit.progress SET next_seq = 10');
    await expect(archive('2026-02')).rejects.toThrow('审计检索表尚未与日志一致');
    await nothingLeft();
  });

  test('when the review still needs them', async () => {
    await db.query('UPDATE review.progress SET snapshot_seq = 10');
    await expect(archive('2026-02')).rejects.toThrow('复核规则尚未看过这些记录');
    await nothingLeft();
  });
});

test('goes on beside gateways that append and follow: nobody waits for somebody who waits for him', async () => {
  await log([...inMonth(1, 300), ...inMonth(4, 300)]);
  const done = new AbortController();
  // The embedded database answers without a turn of the event loop: whoever only asks it would leave none to files and timers.
  const gateways = Array.from({ length: 3 }, async (_, n) => {
    const queryLog = createQueryLog({ db, origin: ORIGIN });
    let appended = 0;
    for (; !done.signal.aborted; appended++, await turn())
      await queryLog.append(entryOf(`g${n}-${appended}`, { time: '2026-05-01T00:00:00.000Z' }));
    return appended;
  });
  const follower = (async () => {
    for (; !done.signal.aborted; await turn()) await indexBatch(db);
  })();
  const archived = await archive('2026-02').finally(() => done.abort());
  expect(archived).toEqual({ entries: 300n, archived: 300n });
  await follower;
  const appended = (await Promise.all(gateways)).reduce((sum, count) => sum + BigInt(count), 0n);
  expect(appended).toBeGreaterThan(0n);
  expect(await positions()).toEqual({ first: 300n, entries: 301n + appended });
  await assertEdgeHolds(db);
});

test('a run that died behind its transaction is completed by the next: the read model forgets what has left', async () => {
  await log([...inMonth(1, 300), ...inMonth(4, 300)]);
  let transactions = 0;
  const dying: Db['transaction'] = (work) => (++transactions === 3 ? Promise.reject(new Error('killed')) : db.transaction(work));
  await expect(archive('2026-02', { query: db.query.bind(db), transaction: dying })).rejects.toThrow('killed');
  expect(await positions()).toMatchObject({ first: 300n });
  expect((await readModel())[0]).toBe(600);
  expect(await archive('2026-02')).toEqual({ entries: 0n, archived: 300n });
  expect((await readModel())[0]).toBe(300);
});

test('nothing but what is archived can be deleted, and an archive of other entries is not gone on with', async () => {
  await log([...inMonth(1, 300), ...inMonth(2, 300), ...inMonth(4, 300)]);
  await archive('2026-02');
  await expect(db.query('DELETE FROM querylog.entry WHERE seq = 300')).rejects.toThrow('append-only');
  await expect(db.query('UPDATE querylog.entry SET canonical = canonical')).rejects.toThrow('append-only');
  rmSync(directory, { recursive: true });
  await expect(archive('2026-03')).rejects.toThrow('此目录不是原有归档');
  directory = mkdtempSync(join(tmpdir(), 'archive-'));
});
