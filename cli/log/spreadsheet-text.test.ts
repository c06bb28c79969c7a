import iconv from 'iconv-lite';
import { expect, test } from 'vitest';
import { spreadsheetText } from './spreadsheet-text.ts';

const ROW = '7\t云汀市\tTax.grade:REVEAL×1';

test.each(['utf8', 'gb18030', 'utf16le', 'utf16be'])('a row is read as a spreadsheet saves it in %s', (encoding) => {
  expect(spreadsheetText(iconv.encode(ROW, encoding, { addBOM: encoding.startsWith('utf16') }))).toBe(ROW);
});

test('a workbook is no text', () => {
  expect(spreadsheetText(Buffer.from('PK\u0003\u0004…'))).toBeUndefined();
});
