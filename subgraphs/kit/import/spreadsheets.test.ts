import writeXlsxFile from 'write-excel-file/node';
import { describe, expect, test } from 'vitest';
import { importRows } from '../../../test/support/import-rows.ts';

const USCC = '91999900MA285UXT4W';

/** What a table becomes, validated only; numbers and dates as a spreadsheet stores them. */
async function takeXlsx(category: string, header: string, ...rows: (string | number | Date)[][]) {
  const bytes = await writeXlsxFile([
    header.split(',').map((value) => ({ value })),
    ...rows.map((cells) =>
      cells.map((value) => {
        if (typeof value === 'number') return { value, type: Number };
        return value instanceof Date ? { value, type: Date, format: 'yyyy-mm' } : { value };
      }),
    ),
  ]).toBuffer();
  return importRows(null, category, [], { source: { bytes: once(bytes), name: 'x.xlsx' } });
}

const takeCsv = (category: string, csv: string) =>
  importRows(null, category, [], { source: { bytes: once(Buffer.from(csv)), name: 'x.csv' } });

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

describe('a number that a spreadsheet shortened', () => {
  const shortened = { accepted: 0, rejected: 1, reasons: { NUMBER_SHORTENED: 1 } };

  test.each([
    ['an account', '统一社会信用代码,种类,用户号', [USCC, '电', Number('20000000011234567')]],
    ['a bank account', '统一社会信用代码,种类,用户号,代扣银行账号', [USCC, '电', '1', Number('6222021234567890123')]],
    // Its last digits lost, it still passes the check: it is somebody else's.
    ['a person', '统一社会信用代码,证件号码,种类,用户号', ['', Number('999999198610018019'), '电', '1']],
  ])('to fifteen digits is rejected: %s', async (_, header, cells) => {
    expect(await takeXlsx('utility-accounts', header, cells)).toMatchObject(shortened);
  });

  test('to scientific notation in CSV is rejected too', async () => {
    const header = '统一社会信用代码,非正常户认定日期,退税账户';
    expect(await takeCsv('tax-status', `${header}\n${USCC},,6.22202E+18\n`)).toMatchObject(shortened);
    expect(await takeCsv('tax-status', `${header}\n${USCC},,1.23457E+11\n`)).toMatchObject(shortened);
  });

  test('is no matter in a column that nobody reads, nor one of fifteen digits', async () => {
    const header = '主体名称,统一社会信用代码,种类,用户号';
    const cells = [Number('20000000011234567'), USCC, '电', 123456789012345];
    expect(await takeXlsx('utility-accounts', header, cells)).toMatchObject({ accepted: 1, rejected: 0 });
  });
});

test('a month that a spreadsheet made a date of is that month', async () => {
  const cells = [USCC, new Date(Date.UTC(2024, 0, 1)), '增值税', 5];
  expect(await takeXlsx('tax-payments', '统一社会信用代码,税款所属期,税种,实缴金额（元）', cells)).toMatchObject({
    accepted: 1,
    rejected: 0,
  });
});

test.each([
  [0.6, { warned: 1, reasons: { PERCENT_LOOKS_LIKE_FRACTION: 1 } }],
  [1, { warned: 1, reasons: { PERCENT_LOOKS_LIKE_FRACTION: 1 } }],
  [60, { warned: 0, reasons: {} }],
  [0, { warned: 0, reasons: {} }],
])('a share of %d is taken in, and warned of where it may be a fraction', async (share, expected) => {
  const summary = await takeXlsx('officers', '统一社会信用代码,职务,姓名,持股比例（%）', [USCC, '股东', '张三', share]);
  expect(summary).toMatchObject({ accepted: 1, ...expected });
});

describe('a table in CSV', () => {
  const HEADER = '统一社会信用代码,税款所属期,税种,实缴金额（元）';

  test('may have empty rows, and separators behind the names of its columns only', async () => {
    const csv = `${HEADER},,\n${USCC},2024-01,增值税,5\n,,,\n${USCC},2024-02,增值税,5,,\n,,,,,\n`;
    expect(await takeCsv('tax-payments', csv)).toMatchObject({ accepted: 2, rejected: 0 });
  });

  test('has no value where there is no name of a column', async () => {
    const csv = `${HEADER},,\n${USCC},2024-01,增值税,1,200,\n`;
    expect(await takeCsv('tax-payments', csv)).toMatchObject({ accepted: 0, rejected: 1, reasons: { COLUMN_COUNT: 1 } });
  });
});
