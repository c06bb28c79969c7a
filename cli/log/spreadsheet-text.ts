import { isUtf8 } from 'node:buffer';

/** What a .xlsx file begins with: it is a ZIP archive. */
const WORKBOOK = '504b0304';

/**
 * The text of a file as spreadsheets save it: UTF-16 ("Unicode text") by its byte-order mark, UTF-8 where it is strictly so, else GB18030,
 * which is "CSV" to a Chinese Excel. Undefined for a workbook.
 */
export function spreadsheetText(bytes: Buffer): string | undefined {
  if (bytes.subarray(0, 4).toString('hex') === WORKBOOK) return undefined;
  const mark = bytes.subarray(0, 2).toString('hex');
  if (mark === 'fffe') return new TextDecoder('utf-16le').decode(bytes);
  if (mark === 'feff') return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder(isUtf8(bytes) ? 'utf-8' : 'gb18030').decode(bytes);
}
