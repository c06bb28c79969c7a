import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSource } from './source.ts';
import { UnreadableFile } from './unreadable-file.ts';

let file: string;
beforeEach(async () => {
  file = path.join(await mkdtemp(path.join(tmpdir(), 'xinqiao-source-')), 'x.csv');
  await writeFile(file, '名称\n甲\n');
});
afterEach(() => rm(path.dirname(file), { recursive: true }));

/** The rows of the file, which `change` does something to when it is opened and not read. */
async function rowsThough(change: () => Promise<void>): Promise<string[][]> {
  const { rows } = await openSource({ path: file });
  await change();
  const read: string[][] = [];
  for await (const { cells } of rows) read.push([...cells]);
  return read;
}

test('a file that is replaced while it is read is read as it was', async () => {
  await writeFile(`${file}.new`, '名称\n乙\n');
  expect(await rowsThough(() => rename(`${file}.new`, file))).toEqual([['名称'], ['甲']]);
});

test('a file that is written to while it is read is refused, as it is not all there', async () => {
  await expect(rowsThough(() => appendFile(file, '乙\n'))).rejects.toThrow(/再导入一次.*import it again/);
  await expect(rowsThough(() => writeFile(file, '名'))).rejects.toBeInstanceOf(UnreadableFile);
});
