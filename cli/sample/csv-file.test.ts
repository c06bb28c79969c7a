import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, expect, test } from 'vitest';
import { CsvFile } from './csv-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'xinqiao-csv-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('what is written is read back cell by cell, beyond one chunk and in any script', () => {
  const rows = Array.from({ length: 3_000 }, (_, index) => [String(index), '含逗号,与"引号"', '第一行\n第二行', '欧阳𬀩', '']);
  const path = join(folder, 'rows.csv');
  const file = new CsvFile(path);
  for (const row of rows) file.append(row);
  file.close();
  const text = readFileSync(path, 'utf8');
  expect(text.charCodeAt(0)).toBe(0xfeff);
  expect(parse(text, { bom: true })).toEqual(rows);
});
