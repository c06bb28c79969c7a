import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { entryOf } from '../querylog/entry.fixture.ts';
import type { NewEntry, QueryLogEntry } from '../querylog/entry.ts';
import { createQueryLog } from '../querylog/query-log.ts';
import { readEntries } from '../querylog/read-entries.ts';
import { eraseTexts, openSealed } from './sealed-texts.ts';
import { readSealKeys } from './seal-keys.ts';
import { createSealer } from './sealer.ts';

const KEYS = readSealKeys('k'.repeat(32));
const NAMES = new Map([
  ['o-1', '鲁青建设有限公司'],
  ['p-2', '孙*'],
]);
const READABLE = { operatorName: '王丽', matterText: '二级建造资质延续', subjectNames: NAMES };

let db: Db;
let log: ReturnType<typeof createQueryLog>;
beforeAll(async () => {
  db = await openTestDatabase();
  log = createQueryLog({ db, origin: 'x', seal: createSealer(KEYS) });
});
afterAll(() => db.close());

async function append(changes: Partial<NewEntry> = {}, to = log): Promise<QueryLogEntry> {
  const { index } = await to.append({ ...entryOf('r'), readable: READABLE, ...changes });
  const [logged] = await readEntries(db, BigInt(index), 1);
  return (logged as { entry: QueryLogEntry }).entry;
}
const rows = async () => (await db.query('SELECT * FROM querylog.sealed_text ORDER BY kind, owner, month')).rows;

describe('what a person could read of a look', () => {
  test('is kept sealed with the entry that names it by its hash, and opened from there', async () => {
    const { sealed } = await append();
    const kept = await rows();
    expect(kept.map(({ kind, owner, month }) => [kind, owner, month])).toEqual([
      ['MATTER', '泉审批〔2026〕12号', '2026-03-01'],
      ['OPERATOR', '11370000MB2800001A/wang.li', '2026-03-01'],
      ['SUBJECT', 'o-1', '2026-03-01'],
      ['SUBJECT', 'p-2', '2026-03-01'],
    ]);
    const hashes = kept.map((row) =>
      createHash('sha256')
        .update(row['sealed'] as Uint8Array)
        .digest('hex'),
    );
    expect([sealed?.matter, sealed?.operator, ...(sealed?.subjects ?? [])]).toEqual(hashes);
    expect(await openSealed(db, KEYS, sealed ?? {})).toEqual({ ...READABLE });
  });

  test('is in clear neither on the log nor beside it', async () => {
    const { rows: all } = await db.query<{ text: string }>(
      `SELECT canonical AS text FROM querylog.entry UNION ALL SELECT encode(sealed, 'escape') || owner FROM querylog.sealed_text`,
    );
    const text = all.map((row) => row.text).join('\n');
    for (const name of ['王丽', '二级建造', '鲁青', '孙*', 'readable']) expect(text).not.toContain(name);
  });

  test('is kept once a month for one owner, however many looks name it', async () => {
    const before = await rows();
    const again = await Promise.all([append(), append(), append({ matter: null })]);
    expect(await rows()).toEqual(before);
    expect(again[0].sealed).toEqual(again[1].sealed);
    expect(Object.keys(again[2].sealed ?? {})).toEqual(['operator', 'subjects']);
    await append({ time: '2026-04-01T00:00:00.000Z' });
    expect(await rows()).toHaveLength(2 * before.length);
  });

  test('is sealed anew by another gateway: nobody can tell by its hash whether two texts are the same', async () => {
    const other = createQueryLog({ db, origin: 'x', seal: createSealer(KEYS) });
    const [one, two] = [await append(), await append({}, other)];
    expect(two.sealed?.operator).not.toBe(one.sealed?.operator);
    expect(await openSealed(db, KEYS, two.sealed ?? {})).toEqual({ ...READABLE });
  });

  test('comes with each entry until one of them is durable', async () => {
    let failing = true;
    const flaky = createQueryLog({
      db: {
        ...db,
        query: (sql, params, options) =>
          failing && sql.includes('INSERT') ? Promise.reject(new Error('gone')) : db.query(sql, params, options),
      },
      origin: 'x',
      seal: createSealer(KEYS),
    });
    await expect(append({ requestId: 'lost' }, flaky)).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
    failing = false;
    const { sealed } = await append({}, flaky);
    expect((await openSealed(db, KEYS, sealed ?? {})).operatorName).toBe('王丽');
  });

  test.each<[string, Partial<NewEntry>]>([
    ['without an account', { caller: { actor: 'PUBLIC', organization: '' }, readable: { operatorName: '王丽' } }],
    ['without a case', { matter: null, readable: { matterText: '延续' } }],
    ['of a subject that is not in the answer', { readable: { subjectNames: new Map([['o-9', '他人']]) } }],
    ['where there is none', { readable: {} }],
  ])('is nothing %s', async (_, changes) => {
    expect(await append(changes)).not.toHaveProperty('sealed');
  });

  test('leaves an entry room for the ids of its subjects', async () => {
    const ids = Array.from({ length: 1000 }, (_, n) => `o-${n}`);
    const subjectNames = new Map(ids.map((id) => [id, `公司${id}`]));
    const { sealed } = await append({ subjects: { asked: [], returned: ids }, readable: { subjectNames } });
    expect(sealed?.subjects).toHaveLength(200);
  });
});

describe('sealed texts', () => {
  test('are opened by the key that sealed them, as long as it is held', async () => {
    const { sealed = {} } = await append();
    const [older, newer] = ['k'.repeat(32), 'n'.repeat(32)];
    expect((await openSealed(db, readSealKeys(`${newer}, ${older}`), sealed)).operatorName).toBe('王丽');
    expect(await openSealed(db, readSealKeys(newer), sealed)).toEqual({
      operatorName: null,
      matterText: null,
      subjectNames: new Map(),
    });
  });

  test('cannot be put in one another’s place', async () => {
    const { sealed = {} } = await append();
    await db.exec(`SET session_replication_role = replica;
      UPDATE querylog.sealed_text SET owner = 'o-1' WHERE owner = 'p-2'; SET session_replication_role = DEFAULT`);
    await expect(openSealed(db, KEYS, sealed)).rejects.toThrow();
    await db.exec(`SET session_replication_role = replica;
      DELETE FROM querylog.sealed_text WHERE owner = 'o-1'; SET session_replication_role = DEFAULT`);
  });

  test('are erased by owner or by month, and are then nothing, while the entry stays as it was', async () => {
    const fresh = createQueryLog({ db, origin: 'x', seal: createSealer(KEYS) });
    const before = await append({}, fresh);
    const open = () => openSealed(db, KEYS, before.sealed ?? {});
    expect(await eraseTexts(db, { kind: 'SUBJECT', owner: 'p-2' })).toBeGreaterThan(0);
    expect(await open()).toEqual({ ...READABLE, subjectNames: new Map([['o-1', '鲁青建设有限公司']]) });
    await eraseTexts(db, { beforeMonth: '2026-03' });
    expect((await open()).operatorName).toBe('王丽');
    await eraseTexts(db, { beforeMonth: '2026-04' });
    expect(await open()).toEqual({ operatorName: null, matterText: null, subjectNames: new Map() });
    expect((await rows()).every(({ month }) => month === '2026-04-01')).toBe(true);
  });

  test('are neither changed nor all erased at once', async () => {
    for (const sql of [`UPDATE querylog.sealed_text SET owner = 'x'`, 'TRUNCATE querylog.sealed_text'])
      await expect(db.query(sql)).rejects.toThrow('append-only');
  });
});
