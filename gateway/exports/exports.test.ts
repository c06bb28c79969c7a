import { createHash } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { canonicalJson } from '../../policies/canonical-json.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { emptyReadModel, indexBatch } from '../audit/follow-log.ts';
import { leafHash } from '../querylog/merkle.ts';
import { readEntries } from '../querylog/read-entries.ts';
import { AUDITOR, exportingLog, KEYS } from './exports.fixture.ts';
import { takeExportStep } from './export-step.ts';
import type { ExportFormat } from './log-export.ts';
import { traceExport } from './trace-export.ts';
import { eraseExpired } from './work-exports.ts';

let db: Db;
let log: Awaited<ReturnType<typeof exportingLog>>;
const HOSTILE = '=HYPERLINK("http://x","y")';

beforeAll(async () => {
  db = await openTestDatabase();
  log = await exportingLog(db);
  const fields = ['Tax.a', 'Tax.b', 'Tax.c', 'Tax.d', 'Tax.e', 'Tax.f'].map((coordinate, count) => ({
    coordinate,
    treatment: 'REVEAL' as const,
    count,
  }));
  for (let n = 0; n < 40; n++) await log.append(`r-${n}`, { fields, matter: n === 3 ? HOSTILE : `办-${n % 2}` });
});
afterAll(() => db.close());
beforeEach(() => db.exec('TRUNCATE exports.part, exports.export RESTART IDENTITY'));

const request = (format: ExportFormat, filter: Record<string, string | null> = { purpose: 'ADMIN_APPROVAL_CHECK' }) =>
  log.desk.request(AUDITOR, { filter, format, reason: '年度检查' });
const stateOf = (id: string) => log.desk.export(AUDITOR, id);

async function fileOf(id: string): Promise<string> {
  const first = await log.desk.fetch(AUDITOR, id, 1);
  const texts = [first.text];
  for (let part = 2; part <= first.of; part++) texts.push((await log.desk.fetch(AUDITOR, id, part)).text);
  return texts.join('');
}

async function exported(format: ExportFormat, filter?: Record<string, string | null>) {
  const { id } = await request(format, filter);
  await log.workOff();
  return { id, file: await fileOf(id) };
}

const rowsOf = (file: string): string[][] => parse(file, { bom: true, relax_column_count: true });

describe('an export', () => {
  test('has every entry that the filter names, in order, under a head that says whose it is and of which log', async () => {
    const { id, file } = await exported('CSV', { purpose: 'ADMIN_APPROVAL_CHECK', matter: '办-1', operator: null });
    const [[head = ''] = [], titles, ...rows] = rowsOf(file);
    const made = await stateOf(id);
    expect(file.startsWith('\uFEFF')).toBe(true);
    for (const told of [id, 'audit-office', 'zhao', 'AUDIT_SUPERVISION', 'city.example/log', String(made?.treeSize)])
      expect(head).toContain(told);
    expect(head).toContain(Buffer.from(made?.root ?? []).toString('hex'));
    expect(titles?.slice(0, 3)).toEqual(['序号', '时间（北京时间）', '请求编号']);
    expect(rows.map((row) => row[2])).toEqual(
      Array.from({ length: 40 }, (_, n) => n)
        .filter((n) => n % 2 === 1 && n !== 3)
        .map((n) => `r-${n}`),
    );
    expect(rows[0]?.[1]).toBe('2026-03-01 10:03:04.005');
    expect(made).toMatchObject({ state: 'READY', rowsDone: 19, rowsTotal: 19, parts: 3 });
    expect(made?.sha256).toBe(createHash('sha256').update(file).digest('hex'));
    expect(Number(made?.bytes)).toBe(Buffer.byteLength(file));
  });

  test('as JSONL holds entries whose canonical form has the leaf hash of the log', async () => {
    const { file } = await exported('JSONL');
    const [head, ...rows] = file
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(head.export).toMatchObject({ organization: 'audit-office', rows: '40' });
    expect(rows).toHaveLength(40);
    for (const { entry, leafHash: told } of rows)
      expect(Buffer.from(leafHash(Buffer.from(canonicalJson(entry)))).toString('hex')).toBe(told);
    expect(new Set(rows.map(({ entry }) => Object.keys(entry).join())).size).toBeGreaterThan(30);
  });

  test('of nothing has its head', async () => {
    const { id, file } = await exported('CSV', { matter: '没有' });
    expect(rowsOf(file)).toHaveLength(2);
    expect(await stateOf(id)).toMatchObject({ state: 'READY', rowsTotal: 0, parts: 1 });
  });

  test('lets no text be taken for a formula', async () => {
    const { file } = await exported('CSV', { matter: HOSTILE });
    expect(rowsOf(file)[2]).toContain(`'${HOSTILE}`);
    expect(file).toContain(`"'=HYPERLINK(""http://x"",""y"")"`);
  });

  test('of more rows than the policies allow is not made at all', async () => {
    for (let n = 0; n < 61; n++) await log.append(`m-${n}`, { purpose: 'BIDDING' });
    const { id } = await request('CSV', { purpose: 'BIDDING' });
    await log.workOff();
    expect(await stateOf(id)).toMatchObject({ state: 'FAILED', failure: 'TOO_MANY_ROWS', parts: 0 });
    await expect(log.desk.fetch(AUDITOR, id, 1)).rejects.toMatchObject({ code: 'ALREADY_DONE' });
  });

  test('waits for a checkpoint and a read model that have what was there when it was asked for', async () => {
    await log.append('late', { purpose: 'LOAN_PRE' });
    const { id } = await request('CSV');
    expect(await takeExportStep(log.work)).toBe(false);
    expect((await stateOf(id))?.state).toBe('QUEUED');
    await log.level();
    expect(await takeExportStep(log.work)).toBe(true);
    expect((await stateOf(id))?.state).toBe('RUNNING');
  });

  test('lies in the database in no form that can be read, and nowhere once its time is over', async () => {
    const { id } = await exported('CSV');
    const parts = async () => (await db.query<{ sealed: Uint8Array }>('SELECT sealed FROM exports.part')).rows;
    for (const { sealed } of await parts()) expect(Buffer.from(sealed).includes('r-1')).toBe(false);
    const expires = Date.parse((await stateOf(id))?.expiresAt ?? '');
    expect(expires - log.clock.now).toBe(7 * 86_400_000);
    await eraseExpired(db, expires - 1);
    expect(await parts()).toHaveLength(6);
    log.clock.now = expires;
    await expect(log.desk.fetch(AUDITOR, id, 1)).rejects.toMatchObject({ code: 'ALREADY_DONE' });
    await eraseExpired(db, expires);
    expect(await parts()).toEqual([]);
    expect(await stateOf(id)).toMatchObject({ state: 'EXPIRED', rowsTotal: 40 });
  });
});

describe('work on an export', () => {
  test('that dies anywhere loses no row and repeats none, whoever goes on', async () => {
    await log.level();
    const dying = (after: number): Db => {
      let left = after;
      const tx =
        (query: Db['query']): Db['query'] =>
        (sql, params) =>
          left-- > 0 ? query(sql, params) : Promise.reject(new Error('killed'));
      return {
        ...db,
        transaction: (work) => db.transaction((real) => work({ query: tx(real.query.bind(real)) as Db['query'] })),
      };
    };
    const { id } = await request('JSONL');
    await log.level();
    for (let after = 0, more = true; more; after = (after + 1) % 9) {
      // Failures in a row would give it up; between two, somebody always gets on.
      await takeExportStep({ ...log.work, db: dying(after) }).catch(() => undefined);
      more = await takeExportStep(log.work);
    }
    const requests = (await fileOf(id))
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => JSON.parse(line).entry.requestId);
    expect(requests).toEqual(Array.from({ length: 40 }, (_, n) => `r-${n}`));
  });

  test('waits while the read model is made anew, however long that takes, and loses nothing by it', async () => {
    const { id } = await request('CSV');
    await log.level();
    for (let step = 0; step < 3; step++) expect(await takeExportStep(log.work)).toBe(true);
    await emptyReadModel(db);
    for (let step = 0; step < 7; step++) expect(await takeExportStep(log.work)).toBe(false);
    await indexBatch(db, { limit: 10 });
    expect(await takeExportStep(log.work)).toBe(false);
    await log.workOff();
    expect(rowsOf(await fileOf(id))).toHaveLength(42);
  });

  test('that always fails is given up, and the exports behind it are made', async () => {
    const poisoned = await request('CSV');
    await db.query(`UPDATE exports.export SET key_id = 'gone' WHERE id = $1`, [poisoned.id]);
    const { id } = await request('CSV');
    await log.level();
    for (let step = 0; step < 20; step++) await takeExportStep(log.work).catch(() => undefined);
    expect((await stateOf(poisoned.id))?.failure).toBe('INTERNAL');
    expect((await stateOf(id))?.state).toBe('READY');
  });
});

describe('the desk', () => {
  test('puts each request and each download on record before a byte leaves, with ids and digests alone', async () => {
    const { rows } = await db.query<{ size: bigint }>('SELECT size FROM querylog.head');
    const { id, file } = await exported('CSV', { subject: 'o-1', matter: '办-0' });
    const entries = (await readEntries(db, rows[0]?.size ?? 0n, 100)).map(({ entry }) => entry);
    expect(entries.map(({ act }) => act?.kind)).toEqual(['EXPORTED', ...Array.from({ length: 3 }, () => 'EXPORT_FETCHED')]);
    expect(entries.every(({ act, caller }) => act?.object === id && caller?.operator === 'zhao')).toBe(true);
    expect(entries[0]?.subjects.asked).toEqual(['o-1']);
    expect(JSON.stringify(entries)).not.toContain('年度检查');
    const first = (await log.desk.fetch(AUDITOR, id, 1)).text;
    expect(entries[1]?.act?.digest).toBe(createHash('sha256').update(first).digest('hex'));
    expect(file.startsWith(first)).toBe(true);
  });

  test('gives parts to the account that asked alone, and shows the export to its organisation alone', async () => {
    const { id } = await exported('CSV');
    const colleague = { ...AUDITOR, operator: 'qian' };
    const stranger = { ...AUDITOR, organization: 'other-office' };
    await expect(log.desk.fetch(colleague, id, 1)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(log.desk.fetch(AUDITOR, id, 99)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await log.desk.export(colleague, id))?.id).toBe(id);
    expect(await log.desk.export(stranger, id)).toBeNull();
    expect(await log.desk.exports(stranger)).toEqual([]);
  });

  test.each<[string, () => Promise<unknown>, string]>([
    ['a reason that says nothing', () => log.desk.request(AUDITOR, { filter: {}, format: 'CSV', reason: ' ' }), 'INPUT_INVALID'],
    [
      'more than an account may hold',
      async () => {
        for (let n = 0; n < 4; n++) await request('CSV');
      },
      'RATE_LIMITED',
    ],
    [
      'a day without limits in force',
      async () => {
        log.clock.now = Date.parse('2025-01-01T00:00:00Z');
        await request('CSV').finally(() => (log.clock.now = Date.parse('2026-04-01T00:00:00Z')));
      },
      'ACT_FORBIDDEN',
    ],
  ])('refuses %s', async (_, attempt, code) => {
    await expect(attempt()).rejects.toMatchObject({ code });
  });
});

describe('a file that turns up', () => {
  const CODE = /,"[a-p]{16}"/g;
  test('names the export of each row by its code, in any part of the file', async () => {
    const [mine, other] = [await exported('CSV'), await exported('CSV')];
    const rows = mine.file.split('\r\n');
    const found = await traceExport(db, KEYS, rows.slice(5, 8).join('\n'));
    expect(found.map(({ found: { id }, byCode }) => [id, byCode])).toEqual([[mine.id, 3]]);
    const mixed = [...rows.slice(5, 8), ...other.file.split('\r\n').slice(20, 22)].join('\n');
    expect((await traceExport(db, KEYS, mixed)).map(({ found: { id }, byCode }) => [id, byCode])).toEqual([
      [mine.id, 3],
      [other.id, 2],
    ]);
  });

  test.each<[string, ExportFormat, (file: string) => string]>([
    ['a CSV without its column of codes', 'CSV', (file) => file.replaceAll(CODE, '')],
    [
      'one that went through a spreadsheet as well',
      'CSV',
      (file) => file.replaceAll(CODE, '').replaceAll('","', '\t').replaceAll('"', ''),
    ],
    ['one without its column of positions too', 'CSV', (file) => file.replaceAll(CODE, '').replaceAll(/^"\d+",/gm, '')],
    ['a JSONL without codes', 'JSONL', (file) => file.replaceAll(/,"mark":"[a-p]{16}"/g, '')],
  ])('is known by the order of names, as %s', async (_, format, changed) => {
    const [mine] = [await exported(format), await exported(format)];
    const rows = changed(mine.file).split('\n').slice(2).join('\n');
    expect(rows).not.toMatch(/\b[a-p]{16}\b/);
    const found = await traceExport(db, KEYS, rows);
    expect(found.map(({ found: { id }, byCode }) => [id, byCode])).toEqual([[mine.id, 0]]);
    expect(found[0]?.bits).toBeGreaterThan(100);
  });

  test.each<[string, (file: string) => string]>([
    [
      'names in the order of the log',
      (file) =>
        file.replaceAll(CODE, '').replaceAll(/Tax\.a[^"]*|Tax\.[b-f][^"]*/g, (list) => list.split('; ').sort().join('; ')),
    ],
    ['nothing of a log', () => '1,2,3\n'.repeat(50)],
  ])('is put down to nobody where it holds %s', async (_, changed) => {
    const { file } = await exported('CSV');
    expect(await traceExport(db, KEYS, changed(file))).toEqual([]);
  });
});
