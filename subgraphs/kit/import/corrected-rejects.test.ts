import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Db } from '../../../database/db.ts';
import { openTestDatabase } from '../../../test/support/database.ts';
import { importRows } from '../../../test/support/import-rows.ts';

const HEADER = '统一社会信用代码,种类,用户号,用户地址,代扣银行账号';
/** The comma of the address stands without quotation marks, so that every cell behind it is in the wrong column. */
const SHIFTED = '91999900MA285UXT4W,水,77,云汀市,1号,6222';

let db: Db;
let file: string;

beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  file = path.join(await mkdtemp(path.join(tmpdir(), 'xinqiao-corrected-')), 'x.csv');
});
afterEach(() => rm(path.dirname(file), { recursive: true }));

const take = (name: string) => importRows(db, 'utility-accounts', [], { source: { path: name } });

test.each([
  ['as it was written', (text: string) => text],
  ['as a spreadsheet saves it, with separators behind the header', (text: string) => text.replace('值类型', '值类型,')],
])('a row with too many cells loses none of them, and is rejected again until it is corrected: %s', async (_, saved) => {
  await writeFile(file, `${HEADER}\n${SHIFTED}\n`);
  const { rejectsPath } = await take(file);
  const rejects = String(rejectsPath);
  await writeFile(rejects, saved(await readFile(rejects, 'utf8')));
  const again = await take(rejects);
  expect(again).toMatchObject({ accepted: 0, rejected: 1, reasons: { COLUMN_COUNT: 1 } });
  const text = await readFile(String(again.rejectsPath), 'utf8');
  expect(text).toContain('6222');

  await writeFile(rejects, text.replace('云汀市,1号', '"云汀市,1号",6222').replace(',整行,6222', ',整行'));
  expect(await take(rejects)).toMatchObject({ accepted: 1, rejected: 0 });
  const { rows } = await db.query('select address, bank_account_no from utilities.account');
  expect(rows).toEqual([{ address: '云汀市,1号', bank_account_no: '6222' }]);
  await db.exec('delete from utilities.account');
});

test('a row with too few cells, were they those of optional columns, is rejected again until somebody fills or empties them', async () => {
  await writeFile(file, `${HEADER}\n91999900MA285UXT4W,水,78\n`);
  const rejects = String((await take(file)).rejectsPath);
  expect(await take(rejects)).toMatchObject({ accepted: 0, rejected: 1, reasons: { COLUMN_COUNT: 1 } });
  const text = await readFile(`${rejects}.rejected.csv`, 'utf8');
  expect(text).toContain('78,〔缺〕,〔缺〕,2,（整行）');
  await writeFile(rejects, text.replace('〔缺〕,〔缺〕', ',6222'));
  expect(await take(rejects)).toMatchObject({ accepted: 1, rejected: 0 });
  const { rows } = await db.query('select address, bank_account_no from utilities.account');
  expect(rows).toEqual([{ address: null, bank_account_no: '6222' }]);
  await db.exec('delete from utilities.account');
});
