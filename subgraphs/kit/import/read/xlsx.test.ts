import writeXlsxFile from 'write-excel-file/node';
import { describe, expect, test } from 'vitest';
import { plainNumber, readXlsx } from './xlsx.ts';

test('reads dates as dates, numbers in plain notation and text as it is, and counts empty rows', async () => {
  const file = await writeXlsxFile([
    [{ value: '名称' }, { value: '日期' }, { value: '金额' }, { value: '编号' }],
    [
      { value: '龘' },
      { value: new Date(Date.UTC(2024, 1, 29)), type: Date, format: 'yyyy/mm/dd' },
      { value: 1.380472, type: Number },
      { value: 20240001, type: Number },
    ],
    [null, null, null, null],
    [{ value: '=1+1' }, { value: '2024/01/02' }, { value: 0.1 + 0.2, type: Number }, { value: '0012' }],
  ]).toBuffer();
  const rows = [];
  for await (const { line, cells } of readXlsx(file)) rows.push([line, ...cells]);
  expect(rows).toEqual([
    [1, '名称', '日期', '金额', '编号'],
    [2, '龘', '2024/02/29', '1.380472', '20240001'],
    [4, '=1+1', '2024/01/02', '0.3', '0012'],
  ]);
});

describe('of a workbook with several sheets', () => {
  const header = ['名称', '日期'];
  const read = async (...sheets: string[][][]) => {
    const cells = sheets.map((rows) => ({ data: rows.map((row) => row.map((value) => ({ value }))), sheet: '' }));
    const named = cells.map((sheet, index) => ({ ...sheet, sheet: `表${index + 1}` }));
    const rows = readXlsx(await writeXlsxFile(named).toBuffer());
    for (;;) {
      const next = await rows.next();
      if (next.done === true) return next.value;
    }
  };

  test.each([
    ['none', [], []],
    ['an empty one', [[]], []],
    ['a list of words', [[['水'], ['电']]], ['表2']],
    ['other columns', [[['名称'], ['甲']], [], [['日期'], ['1']]], ['表2', '表4']],
    ['the header alone', [[header]], ['表2']],
  ])('behind the first, %s is told: %o', async (_, others, told) => {
    expect(await read([header, ['甲', '1']], ...others)).toEqual(told);
  });

  test('more rows under the same header refuse it, in whatever order, and so does a first that is empty', async () => {
    const more = [
      ['日 期', '名称'],
      ['1', '乙'],
    ];
    await expect(read([header, ['甲', '1']], [['x']], more)).rejects.toThrow(/“表3”也有相同的表头/);
    await expect(read([], more)).rejects.toThrow(/第一张工作表是空的.*“表2”/);
  });
});

test.each([
  ['1.380472', '1.380472'],
  ['0.30000000000000004', '0.3'],
  ['1E-3', '0.001'],
  ['1.5E+5', '150000'],
  ['123456789012345', '123456789012345'],
  ['1234567890123456', '1.23456789012346E+15'],
  ['9.9999999999999E+17', '9.99999999999990E+17'],
  ['-2.50', '-2.5'],
  ['0', '0'],
  ['-0', '0'],
  ['100', '100'],
  ['', ''],
  ['x', 'x'],
])('spells the number %s as %s', (spelled, plain) => {
  expect(plainNumber(spelled)).toBe(plain);
});
