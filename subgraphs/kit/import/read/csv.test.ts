import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { readCsv } from './csv.ts';

async function rowsOf(bytes: Uint8Array, pieceBytes = bytes.length): Promise<[number, readonly string[]][]> {
  const rows: [number, readonly string[]][] = [];
  for await (const { line, cells } of readCsv(inPieces(bytes, pieceBytes))) rows.push([line, cells]);
  return rows;
}

async function* inPieces(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += Math.max(1, pieceBytes)) yield bytes.subarray(at, at + Math.max(1, pieceBytes));
}

const TEXT = '名称,说明\n龘娜明,"第一行\n第二行"\n\n䶮,"引""号"\r\n末,行';
const ROWS = [
  [1, ['名称', '说明']],
  [2, ['龘娜明', '第一行\n第二行']],
  [5, ['䶮', '引"号']],
  [6, ['末', '行']],
];

describe('readCsv', () => {
  test.each([
    ['UTF-8', Buffer.from(TEXT)],
    ['UTF-8 with a byte-order mark', Buffer.from(`\uFEFF${TEXT}`)],
    ['GB18030', iconv.encode(TEXT, 'gb18030')],
  ])('reads %s, however the bytes are cut, and counts lines as a person does', async (_, bytes) => {
    for (const pieceBytes of [1, 3, 7, bytes.length]) expect(await rowsOf(bytes, pieceBytes)).toEqual(ROWS);
  });

  test('counts a CR LF inside a quoted cell as one line break', async () => {
    expect(await rowsOf(Buffer.from('a,b\r\n"x\r\ny",1\r\nz,2\r\n'))).toEqual([
      [1, ['a', 'b']],
      [2, ['x\r\ny', '1']],
      [4, ['z', '2']],
    ]);
  });

  test('tells GB18030 from UTF-8 by text that comes long after the header', async () => {
    const ascii = `a,b\n${'1,2\n'.repeat(100_000)}`;
    const rows = await rowsOf(iconv.encode(`${ascii}中文,3\n`, 'gb18030'), 50_000);
    expect(rows.at(-1)).toEqual([100_002, ['中文', '3']]);
  });

  test('marks what is invalid in the middle of a UTF-8 file with U+FFFD and goes on', async () => {
    const start = Buffer.from(`名称,值\n${'正常,1\n'.repeat(20_000)}`);
    const rows = await rowsOf(Buffer.concat([start, Buffer.from([0xff, 0xfe]), Buffer.from(',2\n末,3\n')]), 10_000);
    expect(rows.slice(-2).map(([, cells]) => cells)).toEqual([
      ['\uFFFD\uFFFD', '2'],
      ['末', '3'],
    ]);
  });

  test('believes a byte-order mark, so that what is damaged behind it is damaged alone', async () => {
    const bytes = Buffer.concat([Buffer.from('\uFEFF名称,值\n增'), Buffer.from([0xe5, 0x80]), Buffer.from(',1\n末,2\n')]);
    for (const pieceBytes of [1, bytes.length])
      expect(await rowsOf(bytes, pieceBytes)).toEqual([
        [1, ['名称', '值']],
        [2, ['增\uFFFD', '1']],
        [3, ['末', '2']],
      ]);
  });

  test('leaves out lines of separators alone, which a spreadsheet writes for empty rows, and counts them', async () => {
    expect(await rowsOf(Buffer.from('a,b\n,\n x,1\n , \u3000\n'))).toEqual([
      [1, ['a', 'b']],
      [3, [' x', '1']],
    ]);
  });

  test('takes a stray quotation mark inside a cell as text', async () => {
    expect((await rowsOf(Buffer.from('a,b\n5" 管,x\n')))[1]).toEqual([2, ['5" 管', 'x']]);
  });
});
