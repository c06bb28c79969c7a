import { expect, test } from 'vitest';
import { RowReader } from './row-reader.ts';
import { column } from './standard-columns.ts';

const LAYOUT = { name: '测试', columns: [column('name', ['名称']), column('count', ['数量'], { type: '数量' })] };
const MEGABYTE = 1_000_000;

test.each([
  ['blanks inside a cell that begins with one', [` 甲${' '.repeat(MEGABYTE)}乙`, '1'], 'name'],
  ['noughts behind a point', ['甲', `1.${'0'.repeat(MEGABYTE)}1`], 'count'],
])('a megabyte of %s is refused at once', { timeout: 5_000 }, (_, cells, field) => {
  const row = new RowReader(
    LAYOUT,
    new Map([
      ['name', 0],
      ['count', 1],
    ]),
  );
  row.load(cells);
  row.text('name');
  row.decimal('count', 9, 0);
  expect(row.faults).toEqual([{ field, code: 'TEXT_TOO_LONG' }]);
});
