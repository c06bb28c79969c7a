import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { type FileHandle, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Layout } from './layout.ts';
import { neutralised, openRejects, restored } from './rejects.ts';
import { column } from './standard-columns.ts';

const LAYOUT: Layout = { name: '测试', columns: [column('name', ['名称']), column('date', ['日期'], { type: '日期' })] };
let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'xinqiao-rejects-'));
  file = path.join(folder, 'x.csv.rejected.csv');
});
afterEach(() => rm(folder, { recursive: true }));

async function reject(cells: readonly string[], header: readonly string[] = ['名称', '日期']): Promise<string> {
  const writer = await openRejects(file, header, LAYOUT);
  await writer.add({ line: 7, cells }, [
    { field: 'date', code: 'DATE_IMPOSSIBLE' },
    { field: null, code: 'COLUMN_COUNT' },
  ]);
  await writer.finish().catch(async (error: unknown) => {
    await writer.discard();
    throw error;
  });
  return readFile(file, 'utf8');
}

describe('the file of rejected rows', () => {
  test('has the original columns, the line, the column, the reason and the type of value, and a byte-order mark', async () => {
    expect(await reject(['甲,"乙"', '2024/02/30'])).toBe(
      '\uFEFF名称,日期,行号,列,原因代码,原因,值类型\r\n' +
        '"甲,""乙""",2024/02/30,7,日期；（整行）,DATE_IMPOSSIBLE；COLUMN_COUNT,日期不存在（如 2 月 30 日）。单元格数与表头的列数不符，可能缺少引号；缺的单元格以“〔缺〕”标出，请填写或清空。,日期；整行\r\n',
    );
  });

  test('that cannot be written is refused with a sentence, and only when there is something to write', async () => {
    const nowhere = await openRejects(path.join(folder, 'none', 'x.csv.rejected.csv'), ['名称'], LAYOUT);
    const rejected = nowhere.add({ line: 2, cells: ['甲'] }, [{ field: 'name', code: 'REQUIRED' }]);
    await expect(rejected).rejects.toThrow(/无法写入/);
    await nowhere.discard();
    const faultless = await openRejects(path.join(folder, 'none', 'x.csv.rejected.csv'), ['名称'], LAYOUT);
    expect(await faultless.finish()).toBeNull();
  });

  test('on a full disk is refused with a sentence, and nothing of it is left', async () => {
    const handle = await open(path.join(folder, 'any'), 'w');
    const full = vi.spyOn(Object.getPrototypeOf(handle) as FileHandle, 'appendFile').mockRejectedValue(new Error('ENOSPC'));
    await expect(reject(['甲', '1'])).rejects.toThrow(/无法写入/);
    full.mockRestore();
    await handle.close();
    expect(await readdir(folder)).toEqual(['any']);
  });

  test('holds as many rows as were rejected', async () => {
    const writer = await openRejects(file, ['名称'], LAYOUT);
    for (let line = 2; line < 10_002; line++) await writer.add({ line, cells: ['甲'] }, [{ field: 'name', code: 'REQUIRED' }]);
    expect(await writer.finish()).toBe(file);
    const lines = (await readFile(file, 'utf8')).split('\r\n');
    expect([lines.length, lines[1]?.split(',')[1], lines.at(-2)?.split(',')[1]]).toEqual([10_002, '2', '10001']);
  });

  test('is rewritten by the next run, without columns doubled, and removed when nothing is rejected any more', async () => {
    const first = await reject(['甲', '1']);
    expect(
      await reject(['甲', '1', '2', '列', 'X', 'Y', 'Z'], ['名称', '日期', '行号', '列', '原因代码', '原因', '值类型']),
    ).toBe(first);
    await (await openRejects(file, ['名称', '日期'], LAYOUT)).finish();
    await expect(readFile(file)).rejects.toThrow('ENOENT');
  });

  test('is whole when two imports of one file write it at once, and nothing else is left, not of one that was killed either', async () => {
    const fault = [{ field: 'name', code: 'REQUIRED' }] as const;
    const { pid } = spawnSync(process.execPath, ['--version']);
    await writeFile(`${file}.${pid}-0123abcd.part`, '甲');
    const writers = await Promise.all([1, 2].map(() => openRejects(file, ['名称'], LAYOUT)));
    for (let line = 2; line < 5_000; line++) for (const writer of writers) await writer.add({ line, cells: ['甲'] }, fault);
    for (const writer of writers) {
      expect(await writer.finish()).toBe(file);
      const lines = (await readFile(file, 'utf8')).split('\r\n').slice(1, -1);
      expect(lines.map((line) => Number(line.split(',')[1]))).toEqual(Array.from({ length: 4_998 }, (_, index) => index + 2));
    }
    expect(await readdir(folder)).toEqual([path.basename(file)]);
  });

  test("never takes the place of somebody else's file", async () => {
    await writeFile(file, '名称,日期\n甲,乙\n');
    await expect(openRejects(file, ['名称', '日期'], LAYOUT)).rejects.toThrow('已存在');
  });
});

test.each(['=1+1', '+1', '-1', '@SUM(1)', '\t=1', '\r=1', '\n=1', '＝1', '＋1', '－1', '＠x', ' =1', '\u3000=1'])(
  'neutralises %j',
  (cell) => {
    expect(neutralised(cell)).toBe(`'${cell}`);
  },
);

test('a neutralised cell never starts a formula, and comes back as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (cell) => {
      expect(neutralised(cell)).not.toMatch(/^[=+\-@\t\r＝＋－＠]/);
      expect(restored(neutralised(cell))).toBe(cell);
    }),
    { examples: [["'=1"], ["''-1"], ["'甲"]] },
  );
});
