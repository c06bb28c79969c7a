import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import writeXlsxFile from 'write-excel-file/node';
import { organizationCodeCheckCharacter } from '../schema/identifiers/organization-code.ts';
import { usccCheckCharacter } from '../schema/identifiers/uscc.ts';
import { licenses } from '../subgraphs/licensing/import/licenses.ts';

const OPTIONAL_AT_END = 2;

/** The header of the national 2018 layout, without the optional columns of this project. */
export const HEADER: readonly string[] = (licenses.layouts[0]?.columns ?? [])
  .slice(0, -OPTIONAL_AT_END)
  .map(({ headers }) => headers[0] ?? '');

const AUTHORITIES = ['云汀市行政审批服务局', '云汀市生态环境局', '云汀市市场监督管理局'] as const;
/** Cells that are empty for a company with a code: its older numbers, and a person's document. */
const OTHER_CODES = ['', '', '', '', ''];
const NO_PERSON = ['', ''];
const CATEGORIES = ['普通', '特许', '认可', '核准', '登记'] as const;
/** Licences a subject has on average. */
const LICENCES_A_SUBJECT = 3;

/** Writes a file of `rows` valid licences of the fictitious city, each with a document number of its own. Returns its bytes. */
export async function writeLicences(file: string, rows: number): Promise<number> {
  const stream = createWriteStream(file, { mode: 0o644 });
  stream.write(`${HEADER.join(',')}\n`);
  for (let index = 0; index < rows; index++) {
    if (!stream.write(`${licenseRow(index).map(quoted).join(',')}\n`)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
  return stream.bytesWritten;
}

/** Writes the same licences as an .xlsx file. */
export async function writeWorkbook(file: string, rows: number): Promise<void> {
  const lines = [HEADER, ...Array.from({ length: rows }, (_, index) => licenseRow(index))];
  const sheet = lines.map((cells) => cells.map((value) => (value === '' ? null : { value })));
  await writeXlsxFile(sheet).toFile(file);
}

/** The cells of the row of that index; the same index gives the same row. */
export function licenseRow(index: number): string[] {
  const subject = Math.floor(index / LICENCES_A_SUBJECT);
  const authority = index % AUTHORITIES.length;
  const year = 2018 + (index % 8);
  const date = `${year}/${String(1 + (index % 12)).padStart(2, '0')}/${String(1 + (index % 28)).padStart(2, '0')}`;
  const name = AUTHORITIES[authority] ?? '';
  const code = uscc('11', authority);
  return [
    `云汀市示例${subject}号科技有限公司`,
    '法人及非法人组织',
    uscc('91', subject),
    ...OTHER_CODES,
    '龘娜明',
    '身份证',
    '999999198610245561',
    ...NO_PERSON,
    '准予行政许可决定书',
    `云审许字〔${year}〕第${String(index).padStart(7, '0')}号`,
    CATEGORIES[index % CATEGORIES.length] ?? '',
    '食品经营许可证',
    `JY${String(index).padStart(10, '0')}`,
    '准予从事许可范围内的经营活动，"含逗号,与引号"',
    date,
    date,
    index % 4 === 0 ? '2099/12/31' : `${year + 5}/06/30`,
    name,
    code,
    '1',
    name,
    code,
    '',
  ];
}

function uscc(prefix: string, serial: number): string {
  const body = String(serial).padStart(8, '0');
  const seventeen = `${prefix}999900${body}${organizationCodeCheckCharacter(body)}`;
  return seventeen + usccCheckCharacter(seventeen);
}

function quoted(cell: string): string {
  return /[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
