import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestDatabase } from '../test/support/database.ts';
import type { Db, SqlValue } from './db.ts';

let db: Db;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

test.each<[expression: string, expected: unknown]>([
  [`'2024-02-29'::date`, '2024-02-29'],
  [`'1900-01-01'::date`, '1900-01-01'],
  [`'2024-01-02 03:04:05+08'::timestamptz`, '2024-01-01T19:04:05.000Z'],
  [`'2024-01-02 03:04:05.6+00'::timestamptz`, '2024-01-02T03:04:05.600Z'],
  [`'2024-01-02 03:04:05.678901+00'::timestamptz`, '2024-01-02T03:04:05.678901Z'],
  [`'infinity'::timestamptz`, 'infinity'],
  [`'2024-01-02 03:04:05'::timestamp`, '2024-01-02 03:04:05'],
  ['1::int8', 1n],
  ['9223372036854775807::int8', 9223372036854775807n],
  ['7::int4', 7],
  ['7::int2', 7],
  ['1.5::float8', 1.5],
  [`'NaN'::float8`, Number.NaN],
  ['1.50::numeric', '1.50'],
  [`'\\x00ff'::bytea`, new Uint8Array([0, 255])],
  ['true', true],
  [`'市场监管'::text`, '市场监管'],
  [`'x'::varchar`, 'x'],
  [`'{"a":[1,null]}'::jsonb`, { a: [1, null] }],
  [`'1 day'::interval`, '1 day'],
  [`'b2f6a0d6-0000-0000-0000-000000000000'::uuid`, 'b2f6a0d6-0000-0000-0000-000000000000'],
  ['null::int8', null],
  ['array[1,null]::int8[]', [1n, null]],
  ['array[]::text[]', []],
  [`array['a,b', null, 'NULL', 'q"\\z', '', '{}']::text[]`, ['a,b', null, 'NULL', 'q"\\z', '', '{}']],
  [
    `array[array['a','b'],array['c','d']]`,
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [`array['2024-01-01'::date]`, ['2024-01-01']],
  [`array['2024-01-01 00:00+00'::timestamptz]`, ['2024-01-01T00:00:00.000Z']],
  [`array['\\x01'::bytea]`, [new Uint8Array([1])]],
  ['array[true,false]', [true, false]],
  ['array[1.5::numeric]', ['1.5']],
])('reads %s', async (expression, expected) => {
  const { rows } = await db.query(`SELECT ${expression} AS value`);
  expect(rows).toEqual([{ value: expected }]);
});

test.each<[type: string, value: SqlValue, read?: unknown]>([
  ['text', `' " \\ 市 𠮷`],
  ['int8', 9007199254740993n],
  ['int4', 42],
  ['bool', false],
  ['bytea', new Uint8Array([0, 1, 255])],
  ['date', '2024-02-29'],
  ['numeric', '12.30'],
  ['jsonb', '{"a":1}', { a: 1 }],
  ['text', null],
  ['text[]', ['a', null, 'NULL', '"\\', '', 'x,y}']],
  ['int8[]', [1n, null]],
  ['bool[]', [true, null, false]],
  ['bytea[]', [new Uint8Array([1, 2]), new Uint8Array()]],
  [
    'text[]',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  ['text[]', []],
])('carries a parameter of type %s there and back: %o', async (type, value, read = value) => {
  const { rows } = await db.query(`SELECT $1::${type} AS value`, [value]);
  expect(rows).toEqual([{ value: read }]);
});
