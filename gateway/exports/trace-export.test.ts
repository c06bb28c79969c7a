import { describe, expect, test } from 'vitest';
import type { Queryable } from '../../database/db.ts';
import { entryOf } from '../querylog/entry.fixture.ts';
import { KEYS } from './exports.fixture.ts';
import type { LogExport } from './log-export.ts';
import { type RowMark, rowMarks } from './row-mark.ts';
import { traceExport } from './trace-export.ts';
import { writeRow } from './write-rows.ts';

/** At position 2 of this export the order of six names is that of the log. */
const UNLUCKY = '580861fe-aee1-4ebc-8c57-903a665a1b30';
const LOG_ORDER: RowMark = { code: '', order: (names) => [...names].sort() };

const leafHash = (n: number) => n.toString().padStart(64, 'c');

/** A text of forty rows, marked as told. */
function rowsOf(
  markOf: (index: bigint) => RowMark,
  { durationMs = 12, format = 'CSV' as LogExport['format'], names = 'abcdef' } = {},
): string {
  const fields = [...names].map((name, count) => ({ coordinate: `Tax.${name}`, treatment: 'REVEAL' as const, count }));
  const rows = Array.from({ length: 40 }, (_, n) => {
    const entry = entryOf(`r-${n}`, { fields, durationMs });
    return writeRow(format, { index: BigInt(n), leafHash: leafHash(n), entry }, markOf(BigInt(n)));
  });
  return rows.join('');
}

async function tracedTo(text: string, ids: readonly string[]): Promise<string[]> {
  const rows = ids.map((id) => ({ id, keyId: KEYS.newest.id, treeSize: 1_000n }));
  const log = Array.from({ length: 40 }, (_, n) => ({ hash: leafHash(n), seq: BigInt(n) }));
  const query = async (sql: string) => ({ rows: sql.includes('querylog.entry') ? log : rows });
  const db = { query } as unknown as Queryable;
  return (await traceExport(db, KEYS, text)).map(({ found }) => found.id);
}

describe('rows that come from no export', () => {
  const ids = [UNLUCKY, ...Array.from({ length: 300 }, (_, n) => `made-up-${n}`)];
  const aggregate = (n: number) => `${n}: ${'Tax.a:REVEAL×1 '.repeat(5)}\n`;

  test.each<[string, string]>([
    ['that count their fields', rowsOf(() => LOG_ORDER)],
    // Each of them names position 2, beside its own.
    ['that all took as long', rowsOf(() => LOG_ORDER, { durationMs: 2 })],
    ['of JSON', rowsOf(() => LOG_ORDER, { durationMs: 2, format: 'JSONL' })],
    ['that are all of one position', `${rowsOf(() => LOG_ORDER).split('\n')[2]}\n`.repeat(40)],
    ['that name one field again and again', Array.from({ length: 40 }, (_, n) => aggregate(n)).join('')],
  ])('are put down to none of many, as rows %s', async (_, text) => {
    expect(await tracedTo(text, ids)).toEqual([]);
  });
});

describe('rows without codes', () => {
  const marksOf = (id: string) => rowMarks(KEYS.newest, id);
  const withoutCodes = (text: string) => text.replaceAll(/"[a-p]{16}"/g, '');
  const [mine, theirs] = [rowsOf(marksOf('mine')), rowsOf(marksOf('theirs'))].map(withoutCodes) as [string, string];
  const ids = ['theirs', 'other', 'mine'];

  test('of two exports of the same entries are put down to both', async () => {
    expect((await tracedTo(mine + theirs, ids)).sort()).toEqual(['mine', 'theirs']);
  });

  test('of more fields than numbers are looked at are known that have their position behind them', async () => {
    const rows = rowsOf(marksOf('mine'), { names: 'abcdefghijklmnop' }).match(/Tax[^"]*/g) ?? [];
    // Behind the first ones no position is a count as well.
    const moved = rows.map((row, n) => `${row},${n}`).slice(20);
    expect(await tracedTo(moved.join('\n'), ids)).toEqual(['mine']);
  });

  test.each<[string, (row: string, n: number) => string]>([
    ['that have their position behind the names', (row, n) => `${row.replace(/^"\d+",/, '')},${n}`],
    ['that have nothing but position and names', (row, n) => `${n},${/Tax[^"]*/.exec(row)?.[0]}`],
    ['that all took as long', (row) => row.replace('"12"', '"2"')],
    ['that have their leaf hash for a position', (row) => row.replace(/^"\d+",/, '')],
    ['of which most are cut', (row, n) => (n % 4 === 3 ? row : '')],
  ])('are known %s', async (_, changed) => {
    const rows = mine.trimEnd().split('\r\n').map(changed).reverse();
    expect(await tracedTo(rows.join('\n'), ids)).toEqual(['mine']);
  });
});
