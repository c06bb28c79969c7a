import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Db } from '../../../database/db.ts';
import { openTestDatabase } from '../../../test/support/database.ts';
import { importCategory } from '../../import-categories.ts';
import type { ImportSummary } from './import-file.ts';
import { importFile } from './import-file.ts';
import { readCsv } from './read/csv.ts';

const FIXTURES = fileURLToPath(new URL('../../../test/fixtures/dual-publicity/', import.meta.url));
const NOW = Date.UTC(2026, 10, 21);
const FILES = [
  { file: 'licences.csv', faultsOf: 'licences.csv', category: 'licenses', table: 'licensing.license' },
  { file: 'licences-utf8-bom.csv', faultsOf: 'licences.csv', category: 'licenses', table: 'licensing.license' },
  { file: 'penalties.xlsx', faultsOf: 'penalties.xlsx', category: 'penalties', table: 'penalties.penalty' },
] as const;

interface Fault {
  file: string;
  line: number;
  fault: string;
  verdict: string;
}

let db: Db;
let folder: string;
let faults: readonly Fault[];

beforeAll(async () => {
  db = await openTestDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'xinqiao-import-'));
  faults = (JSON.parse(await readFile(path.join(FIXTURES, 'expected.json'), 'utf8')) as { faults: Fault[] }).faults;
});

afterAll(async () => {
  await db.close();
  await rm(folder, { recursive: true });
});

beforeEach(async () => {
  await db.exec(
    ['licensing.license', 'licensing.unmatched', 'penalties.penalty', 'penalties.unmatched']
      .map((table) => `delete from ${table};`)
      .join(' '),
  );
});

async function importFixture({ file, category }: (typeof FILES)[number]): Promise<ImportSummary> {
  const copy = path.join(folder, file);
  await copyFile(path.join(FIXTURES, file), copy);
  const found = importCategory(category);
  if (!found) throw new Error(category);
  return importFile({ db, category: found, source: { path: copy }, officer: 'test', subjectKey: 'k', clock: () => NOW });
}

async function rejectedLines(file: string): Promise<number[]> {
  const bytes = [await readFile(path.join(folder, `${file}.rejected.csv`))];
  const rows: string[][] = [];
  for await (const { cells } of readCsv(asStream(bytes))) rows.push([...cells]);
  const at = rows[0]?.indexOf('行号') ?? -1;
  return rows.slice(1).map((row) => Number(row[at]));
}

async function* asStream(bytes: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* bytes;
}

describe.each(FILES)('$file', (one) => {
  const expected = (verdict: string) =>
    faults.filter(({ file, verdict: given }) => file === one.faultsOf && given === verdict).map(({ line }) => line);

  test('rejects exactly the lines that are at fault, and takes one record twice sent as one', async () => {
    const summary = await importFixture(one);
    const rejected = expected('reject');
    const same = expected('same record');
    expect(await rejectedLines(one.file)).toEqual([...rejected].sort((a, b) => a - b));
    expect(summary).toMatchObject({
      rejected: rejected.length,
      unchanged: same.length,
      accepted: 121 - rejected.length - same.length,
    });
  });

  test('is all unchanged the second time', async () => {
    const first = await importFixture(one);
    const second = await importFixture(one);
    expect(second).toMatchObject({ accepted: 0, waiting: 0, rejected: first.rejected, unchanged: 121 - first.rejected });
    const { rows } = await db.query(`select count(*)::int as n, max(version)::int as version from ${one.table}`);
    expect(rows).toEqual([{ n: first.accepted - first.waiting, version: 1 }]);
  });

  test('keeps a formula as the text it is', async () => {
    await importFixture(one);
    const { rows } = await db.query(`select line, remark from ${one.table} where remark is not null`);
    expect(rows).toEqual([
      { line: expected('accept as text, never evaluated')[0], remark: '=HYPERLINK("http://127.0.0.1/x","x")' },
    ]);
  });
});

test('warns of the fine in yuan and of the unknown division, and of nothing else', async () => {
  const [gb18030, , penalties] = FILES;
  expect((await importFixture(gb18030)).reasons).toMatchInlineSnapshot(`
    {
      "CODE_UNKNOWN": 1,
      "DATE_IMPOSSIBLE": 1,
      "IDENTIFIER_CHECK_DIGIT": 1,
      "NO_IDENTIFIER": 1,
      "REQUIRED": 1,
      "UNKNOWN_DIVISION": 1,
    }
  `);
  expect((await importFixture(penalties)).reasons).toMatchInlineSnapshot(`
    {
      "AMOUNT_LOOKS_LIKE_YUAN": 1,
      "DATE_IMPOSSIBLE": 1,
      "IDENTIFIER_CHECK_DIGIT": 1,
      "NO_IDENTIFIER": 1,
      "REQUIRED": 1,
    }
  `);
});

test('the same licences in GB18030 and in UTF-8 are the same records', async () => {
  const [gb18030, utf8] = FILES;
  await importFixture(gb18030);
  expect(await importFixture(utf8)).toMatchObject({ accepted: 0 });
});
