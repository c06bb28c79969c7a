import { cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { migrate } from '../../database/migrate.ts';
import { expectTree } from '../../test/support/expect-tree.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { emptyLog } from './empty-log.fixture.ts';
import { entryOf } from './entry.fixture.ts';
import { integrateLog, type Integration } from './integrate.ts';
import { leafOf } from './leaf.ts';
import { ensureMonths } from './months.ts';
import { prepareLog } from './prepare-log.ts';
import { createQueryLog } from './query-log.ts';
import { logSize, readEntries } from './read-entries.ts';

const MIGRATIONS = fileURLToPath(new URL('./migrations', import.meta.url));
const NOW = Date.UTC(2026, 10, 22);

let db: Db;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

/** A log as gateways wrote it before there was a tree. */
async function oldLog(size: number): Promise<void> {
  await db.exec('DROP SCHEMA querylog CASCADE');
  const folder = await mkdtemp(path.join(os.tmpdir(), 'old-log-'));
  try {
    await cp(path.join(MIGRATIONS, '001-entries.sql'), path.join(folder, '001-entries.sql'));
    await migrate(db, folder, 'querylog');
  } finally {
    await rm(folder, { recursive: true });
  }
  const [before = '', after = ''] = leafOf(entryOf('~')).canonical.toString().split('~');
  await db.query(
    `INSERT INTO querylog.entry SELECT n, '2026-03-01T00:00Z'::timestamptz + n * interval '1 hour', 'BANK', 'b', NULL, NULL, NULL, 'RELEASED', '{}',
       sha256('\\x00'::bytea || convert_to($1 || n || $2, 'UTF8')), $1 || n || $2 FROM generate_series(0, $3::int - 1) AS n`,
    [before, after, size],
  );
  await db.query('UPDATE querylog.head SET size = $1', [size]);
}

const leaves = async () =>
  (await db.query(`SELECT seq, at, encode(leaf_hash, 'hex') AS leaf, canonical FROM querylog.entry ORDER BY seq`)).rows;

describe('a log that is older than its tree', () => {
  test.each([0, 1, 255, 256, 17_000])('of %i entries keeps each with its hash, and gets the tree over them', async (size) => {
    await oldLog(size);
    const before = await leaves();
    await migrate(db, MIGRATIONS, 'querylog');
    const steps: Integration[] = [];
    await prepareLog(db, (done) => steps.push(done));
    expect(steps.at(-1)?.integrated ?? 0n).toBe(BigInt(size));
    if (size === 17_000) expect(steps.map(({ integrated }) => integrated)).toEqual([16_384n, 17_000n]);
    expect(await leaves()).toEqual(before);
    await createQueryLog({ db, origin: 'x' }).append(entryOf('after'));
    expect(await readEntries(db, BigInt(size), 2)).toMatchObject([{ entry: { requestId: 'after' } }]);
    await expectTree(db);
  });

  test('goes on where it was ended, also when several gateways start at once, and takes no entry before it is done', async () => {
    await oldLog(17_000);
    await migrate(db, MIGRATIONS, 'querylog');
    const ended = new Error('ended');
    await expect(
      integrateLog(db, () => {
        throw ended;
      }),
    ).rejects.toBe(ended);
    await expect(createQueryLog({ db, origin: 'x' }).append(entryOf('early'))).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
    expect(await logSize(db)).toBe(17_000n);
    await Promise.all([1, 2, 3].map(() => prepareLog(db)));
    await expectTree(db);
  });
});

describe('a log ready to be appended to', () => {
  beforeEach(async () => {
    await emptyLog(db);
    await prepareLog(db);
    await ensureMonths(db, NOW);
  });

  const months = async () =>
    (
      await db.query<{ name: string }>(
        `SELECT relname AS name FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE inhparent = 'querylog.entry'::regclass ORDER BY 1`,
      )
    ).rows.map(({ name }) => name);

  test('has a partition for this month and the next two, and one for every other time', async () => {
    expect(await months()).toEqual(['entry_2026_11', 'entry_2026_12', 'entry_2027_01', 'entry_other']);
    await ensureMonths(db, Date.UTC(2026, 11, 31, 23, 59));
    expect(await months()).toEqual(['entry_2026_11', 'entry_2026_12', 'entry_2027_01', 'entry_2027_02', 'entry_other']);
  });

  test('keeps each entry in the partition of its month, UTC', async () => {
    const log = createQueryLog({ db, origin: 'x' });
    const times = [
      '2026-10-31T23:59:59.999Z',
      '2026-11-01T00:00:00.000Z',
      '2026-11-30T23:59:59.999Z',
      '2026-12-01T00:00:00.000Z',
    ];
    await Promise.all(times.map((time, n) => log.append(entryOf(`m${n}`, { time }))));
    const { rows } = await db.query('SELECT tableoid::regclass::text AS name FROM querylog.entry ORDER BY seq');
    expect(rows.map(({ name }) => name)).toEqual([
      'querylog.entry_other',
      'querylog.entry_2026_11',
      'querylog.entry_2026_11',
      'querylog.entry_2026_12',
    ]);
    for (const name of ['entry', 'entry_2026_11'])
      for (const change of [`DELETE FROM querylog.${name}`, `TRUNCATE querylog.${name}`, `UPDATE querylog.${name} SET seq = 9`])
        await expect(db.exec(change)).rejects.toMatchObject({ sqlState: '42501' });
  });

  test('compresses the entries of every month by LZ4, where the server can', async () => {
    const { rows } = await db.query<{ name: string; method: string; able: boolean }>(
      `SELECT attrelid::regclass::text AS name, attcompression AS method,
              (SELECT 'lz4' = ANY(enumvals) FROM pg_settings WHERE name = 'default_toast_compression') AS able
       FROM pg_partition_tree('querylog.entry') JOIN pg_attribute ON attrelid = relid WHERE attname = 'canonical'`,
    );
    expect(rows).toHaveLength(5);
    for (const { method, able } of rows) expect(method).toBe(able ? 'l' : '');
  });

  test('is left as it is where entries of a month are elsewhere already', async () => {
    await createQueryLog({ db, origin: 'x' }).append(entryOf('f', { time: '2027-02-14T00:00:00.000Z' }));
    await ensureMonths(db, Date.UTC(2027, 1, 14));
    expect(await months()).not.toContain('entry_2027_02');
    expect(await months()).toContain('entry_2027_03');
  });

  test.each([
    ['an entry behind its end', `INSERT INTO querylog.entry VALUES (300, now(), sha256(''), '{}')`],
    ['a newest entry that is gone', 'DELETE FROM querylog.entry WHERE seq = 299'],
    ['a newest entry that is another one', `UPDATE querylog.entry SET leaf_hash = sha256('') WHERE seq = 299`],
    ['a tile that is gone', 'DELETE FROM querylog.tile WHERE level = 1'],
    ['a tile that is another one', `UPDATE querylog.tile SET hashes = substring(hashes FOR 8160) || sha256('') WHERE level = 0`],
    ['a head that is another one', `UPDATE querylog.head SET peaks = sha256('') || substring(peaks FROM 33)`],
    ['a head that is not as long as its size', `UPDATE querylog.head SET peaks = ''`],
    ['a head that has run ahead', 'UPDATE querylog.head SET size = size + 1, integrated = size + 1'],
  ])('is refused with %s', async (_, change) => {
    const log = createQueryLog({ db, origin: 'x' });
    await Promise.all(Array.from({ length: 300 }, (_, n) => log.append(entryOf(`e${n}`))));
    await prepareLog(db);
    for (const table of ['entry', 'tile']) await db.exec(`ALTER TABLE querylog.${table} DISABLE TRIGGER USER`);
    await db.exec(change);
    await expect(prepareLog(db)).rejects.toThrow('自相矛盾');
  });
});
