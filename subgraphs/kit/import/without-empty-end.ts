/** Cells without the empty ones at their end, which a spreadsheet adds. */
export function withoutEmptyEnd(cells: readonly string[]): readonly string[] {
  let length = cells.length;
  while (length > 0 && cells[length - 1]?.trim() === '') length--;
  return cells.slice(0, length);
}
