/** A column's name as it is compared: NFKC (（ is (), no spaces, upper case. */
export function columnKey(name: string): string {
  return name
    .normalize('NFKC')
    .replace(/[\s\u200B\uFEFF]+/gu, '')
    .toUpperCase();
}

/** Columns added to the original ones in a file of rejected rows. */
export const REJECT_COLUMNS = ['行号', '列', '原因代码', '原因', '值类型'] as const;

/** Whether a header is that of a file of rejected rows: one that was corrected is imported as it is, these columns passed over. */
export function isRejectsHeader(header: readonly string[]): boolean {
  const names = new Set(header.map(columnKey));
  return REJECT_COLUMNS.every((name) => names.has(name));
}
