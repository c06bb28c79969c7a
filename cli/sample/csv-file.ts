import { closeSync, openSync, writeSync } from 'node:fs';

/** How much text is gathered before it is written, in characters. */
const CHUNK = 1 << 16;
/** Excel takes a CSV for UTF-8 only when it begins so. */
const BYTE_ORDER_MARK = '\uFEFF';

/** A CSV file being written row by row (RFC 4180, UTF-8 with a byte-order mark). Holds one chunk in memory. */
export class CsvFile {
  readonly #descriptor: number;
  #pending = BYTE_ORDER_MARK;

  /** Creates or empties the file. Throws when it cannot. */
  constructor(path: string) {
    this.#descriptor = openSync(path, 'w');
  }

  append(cells: readonly string[]): void {
    this.#pending += `${cells.map(quoted).join(',')}\r\n`;
    if (this.#pending.length >= CHUNK) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#descriptor);
  }

  #flush(): void {
    const bytes = Buffer.from(this.#pending);
    for (let written = 0; written < bytes.length; ) written += writeSync(this.#descriptor, bytes, written);
    this.#pending = '';
  }
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
