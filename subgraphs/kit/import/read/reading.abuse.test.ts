import { deflateRawSync } from 'node:zlib';
import writeXlsxFile from 'write-excel-file/node';
import { describe, expect, test } from 'vitest';
import { readCsv } from './csv.ts';
import type { RawRow } from './csv.ts';
import { UnreadableFile } from './unreadable-file.ts';
import { readXlsx } from './xlsx.ts';

async function all(rows: AsyncIterable<RawRow>): Promise<RawRow[]> {
  const read: RawRow[] = [];
  for await (const row of rows) read.push(row);
  return read;
}

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 262_144) yield bytes.subarray(at, at + 262_144);
}

/** A minimal zip archive; what a sheet reader needs beyond it is left to the reader. */
function zip(
  entries: Record<string, Buffer>,
  lie: { unpacked?: number; hidden?: string; called?: Record<string, string> } = {},
): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(entries)) {
    const data = deflateRawSync(content, { level: 9 });
    const local = Buffer.alloc(30 + name.length);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(8, 8);
    local.writeUInt32LE(data.length, 18);
    local.writeUInt32LE(lie.unpacked ?? content.length, 22);
    local.writeUInt16LE(name.length, 26);
    local.write(name, 30);
    const called = lie.called?.[name] ?? name;
    const entry = Buffer.alloc(46 + called.length);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt32LE(lie.unpacked ?? content.length, 24);
    entry.writeUInt16LE(called.length, 28);
    entry.writeUInt32LE(offset, 42);
    entry.write(called, 46);
    locals.push(local, data);
    if (name !== lie.hidden) directory.push(entry);
    offset += local.length + data.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}

const SHEET = 'xl/worksheets/sheet1.xml';
const sheet = (rows: string) => ({ [SHEET]: Buffer.from(`<worksheet><sheetData>${rows}</sheetData></worksheet>`) });
/** A workbook whose sheet is the part `name`. */
const workbook = (name: string, rows: string) => ({
  'xl/workbook.xml': Buffer.from('<workbook><sheets><sheet name="1" sheetId="1" r:id="r1"/></sheets></workbook>'),
  'xl/_rels/workbook.xml.rels': Buffer.from(
    `<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="/${name}"/></Relationships>`,
  ),
  [name]: Buffer.from(`<worksheet><sheetData>${rows}</sheetData></worksheet>`),
});
const FIRST = '<row r="1"><c r="A1"><v>1</v></c></row>';
const ERROR = '<row r="2"><c r="B2" s="1" t="e"><f>NA()</f><v>#N/A</v></c></row>';
const FAR = '<row r="3000000"><c r="A3000000"><v>1</v></c></row>';

describe('a CSV file that would harm the reader', () => {
  test.each([
    ['an unclosed quotation mark', Buffer.from(`a,b\n1,"${'x,y\n'.repeat(100)}`), /第 2 行起引号没有闭合/],
    ['an unclosed quotation mark in a huge file', Buffer.from(`a,b\n1,"${'x,y\n'.repeat(400_000)}`), /第 2 行过长/],
    ['a cell of megabytes', Buffer.from(`a,b\n${'x'.repeat(3_000_000)},1\n`), /第 2 行过长/],
    ['millions of columns', Buffer.from(`${'a,'.repeat(3_000_000)}\n`), /过长/],
    ['gigabytes of commas, from their first megabytes on', Buffer.from(','.repeat(9_000_000)), /过长/],
    ['UTF-16', Buffer.from('\uFEFF名称,值\n', 'utf16le'), /UTF-16/],
    ['a binary file', Buffer.from([0, 1, 2, 3, 0, 0]), /二进制/],
  ])('%s is refused with the place', async (_, bytes, message) => {
    await expect(all(readCsv(inPieces(bytes)))).rejects.toThrow(message);
    await expect(all(readCsv(inPieces(bytes)))).rejects.toBeInstanceOf(UnreadableFile);
  });
});

describe('an .xlsx file that would harm the reader', () => {
  test('a truncated one is refused', async () => {
    const good = await writeXlsxFile([[{ value: 'a' }], [{ value: 'b' }]]).toBuffer();
    expect(await all(readXlsx(good))).toHaveLength(2);
    for (const length of [4, 100, good.length - 30, good.length - 1]) {
      await expect(all(readXlsx(good.subarray(0, length)))).rejects.toBeInstanceOf(UnreadableFile);
    }
  });

  test('one with charts and cells as far out as a table may have them is read', async () => {
    const parts = workbook(SHEET, '<row r="1"><c r="A1"><v>1</v></c></row><row r="99"><c r="ZZ99"><v>2</v></c></row>');
    const chart = '<c:chartSpace xmlns:c="http://x/chart" xmlns:r="http://x/relationships"></c:chartSpace>';
    const rows = await all(readXlsx(zip({ ...parts, 'xl/charts/chart1.xml': Buffer.from(chart) })));
    expect(rows.map(({ line, cells }) => [line, cells.join('')])).toEqual([
      [1, '1'],
      [99, '2'],
    ]);
  });

  test('one whose second sheet holds what no cell can is read, and told to have another', async () => {
    const { 'xl/workbook.xml': names, 'xl/_rels/workbook.xml.rels': places, ...parts } = workbook(SHEET, FIRST);
    const twice = (part: Buffer, tag: RegExp) =>
      Buffer.from(String(part).replace(tag, (one) => one + one.replaceAll('r1', 'r2').replace('sheet1', 'sheet2')));
    const rows = readXlsx(
      zip({
        'xl/workbook.xml': twice(names, /<sheet .*\/>/),
        'xl/_rels/workbook.xml.rels': twice(places, /<Relationship .*\/>/),
        ...parts,
        'xl/worksheets/sheet2.xml': Buffer.from(
          '<worksheet><sheetData><row r="1"><c r="A1" t="b"><v>x</v></c></row></sheetData></worksheet>',
        ),
      }),
    );
    expect(await rows.next()).toEqual({ done: false, value: { line: 1, cells: ['1'] } });
    expect(await rows.next()).toEqual({ done: true, value: ['（其余各表，有错误）'] });
  });

  test.each([
    ['a zip bomb', zip(sheet(' '.repeat(300 * 1024 * 1024))), /解压后超过/],
    ['a zip bomb that lies about its size', zip(sheet(' '.repeat(300 * 1024 * 1024)), { unpacked: 10 }), /解压后超过/],
    ['more than 100,000 rows', zip(sheet('<row r="1"></row>'.replace(' r="1"', '').repeat(100_002))), /CSV UTF-8/],
    [
      'a row number that leaves a gap of millions',
      zip(sheet('<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>')),
      /CSV UTF-8/,
    ],
    ['a column that leaves a gap of thousands', zip(sheet('<row r="1"><c r="XFD1"><v>1</v></c></row>')), /CSV UTF-8/],
    ['such a gap in a part that is not where sheets are', zip(workbook('xl/other.xml', FAR)), /CSV UTF-8/],
    [
      'such a gap in digits spelled as entities',
      zip(sheet('<row r="&#51;000000"><c r="A&#51;000000"><v>1</v></c></row>')),
      /CSV UTF-8/,
    ],
    ['such a gap behind a > in quotation marks', zip(sheet(FAR.replaceAll(' r', ' x=">" r'))), /CSV UTF-8/],
    ['such a gap behind kilobytes of blanks', zip(sheet(FAR.replaceAll(' r', `${' '.repeat(100_000)}r`))), /CSV UTF-8/],
    ['a sheet that the directory calls otherwise', zip(workbook(SHEET, FAR), { called: { [SHEET]: 'xl/a.bin' } }), /目录不完整/],
    ['a sheet that the directory does not name', zip(workbook(SHEET, FAR), { hidden: SHEET }), /目录不完整/],
    [
      'a thousand and one parts',
      zip(Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`p${index}`, Buffer.from('x')]))),
      /部件过多/,
    ],
    ['an error for a value, which its reader would take for none', zip(workbook(SHEET, ERROR)), /单元格 B2 是错误值/],
    ['an archive that is no workbook', zip({ 'a.txt': Buffer.from('x') }), /已损坏|不是 .xlsx/],
  ])('%s is refused', async (_, file, message) => {
    await expect(all(readXlsx(file))).rejects.toThrow(message);
  });
});
