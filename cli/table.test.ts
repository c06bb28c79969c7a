import { expect, it } from 'vitest';
import { displayWidth, formatTable } from './table.ts';

it.each([
  ['abc', 3],
  ['信桥', 4],
  ['云A', 3],
  ['𠮷', 2],
  ['（）', 4],
])('%s takes %i columns', (text, width) => {
  expect(displayWidth(text)).toBe(width);
});

it('aligns columns whatever their script, and shortens what is too long', () => {
  const rows = [
    ['字段', 'a'],
    ['名称', '云汀市青禾餐饮'],
    ['x', 'y'],
  ];
  expect(formatTable(rows, 9)).toBe(['字段  a', '────  ─────────', '名称  云汀市青…', 'x     y'].join('\n'));
});
