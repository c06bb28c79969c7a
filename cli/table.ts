/** Ranges of code points that take two columns on a terminal (East Asian Wide and Fullwidth, UAX #11, the usual planes). */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;

/** Columns a text takes on a terminal: a Chinese character takes two. */
export function displayWidth(text: string): number {
  return [...text].reduce((sum, character) => sum + (WIDE.test(character) ? 2 : 1), 0);
}

/** Lays rows out in columns as wide as their widest cell, or as `maxWidth` allows; longer cells end in `…`. The first row is the heading. */
export function formatTable(rows: readonly (readonly string[])[], maxWidth = 30): string {
  const cells = rows.map((row) => row.map((cell) => shorten(cell, maxWidth)));
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => displayWidth(row[column] ?? ''))));
  const lines = cells.map((row) =>
    row
      .map((cell, column) => pad(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '─'.repeat(width)).join('  '));
  return lines.join('\n');
}

function shorten(text: string, maxWidth: number): string {
  if (displayWidth(text) <= maxWidth) return text;
  const kept: string[] = [];
  let width = 1;
  for (const character of text) {
    width += displayWidth(character);
    if (width > maxWidth) break;
    kept.push(character);
  }
  return `${kept.join('')}…`;
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}
