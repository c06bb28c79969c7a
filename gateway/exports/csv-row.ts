/** What a spreadsheet may take for the beginning of a formula (OWASP, CSV injection), full-width forms included. */
const FORMULA = /^\s*[=+\-@|%＝＋－＠｜％]/u;

/**
 * One line of CSV (RFC 4180), every cell quoted. A cell that a spreadsheet could take for a formula begins with an apostrophe;
 * control characters, line breaks among them, become U+FFFD, so that a row is a line.
 */
export function csvRow(cells: readonly string[]): string {
  return `${cells.map(quoted).join(',')}\r\n`;
}

function quoted(cell: string): string {
  const shown = (FORMULA.test(cell) ? `'${cell}` : cell).replaceAll(/\p{Cc}/gu, '\uFFFD');
  return `"${shown.replaceAll('"', '""')}"`;
}
