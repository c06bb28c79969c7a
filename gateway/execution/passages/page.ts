import { BACKSLASH, FIRST_CHARACTER, QUOTE } from './leaf-ends.ts';

/** From so many bytes on, the system copies faster than a loop. */
const MANY = 40;
const LAST_BYTE = 0xff;

const SHEET = 65_536;
/** A larger one is not kept for the next. */
const LARGEST_SHEET = 1_048_576;

let sheet = Buffer.allocUnsafeSlow(SHEET);

/** Where the bytes of one text are put together, piece by piece. */
export interface Page {
  /** Copies bytes from one position up to another. */
  copy(bytes: Uint8Array, from: number, to: number): void;
  /** Writes a byte text. @throws {TypeError} when it is none. */
  write(byteText: string): void;
  /** Writes it as a text of JSON; false, and nothing written, when some of it must be escaped (RFC 8259, section 7). */
  writeText(byteText: string): boolean;
  /** All that was written, as a byte text. */
  text(): string;
}

let end = 0;

const PAGE: Page = {
  copy(bytes, from, to) {
    const length = to - from;
    makeRoom(length);
    if (length >= MANY) sheet.set(bytes.subarray(from, to), end);
    else for (let index = 0; index < length; index++) sheet[end + index] = bytes[from + index] ?? 0;
    end += length;
  },
  write(byteText) {
    makeRoom(byteText.length);
    for (let index = 0; index < byteText.length; index++) {
      const byte = byteText.charCodeAt(index);
      if (byte > LAST_BYTE) throw new TypeError('text that is no byte text');
      sheet[end + index] = byte;
    }
    end += byteText.length;
  },
  writeText(byteText) {
    makeRoom(byteText.length + 2);
    let next = end;
    sheet[next++] = QUOTE;
    for (let index = 0; index < byteText.length; index++) {
      const byte = byteText.charCodeAt(index);
      if (byte < FIRST_CHARACTER || byte > LAST_BYTE || byte === QUOTE || byte === BACKSLASH) return false;
      sheet[next++] = byte;
    }
    sheet[next++] = QUOTE;
    end = next;
    return true;
  },
  text: () => sheet.toString('latin1', 0, end),
};

/** The one page there is, empty again: whoever opened it before is done with it. */
export function openPage(): Page {
  end = 0;
  if (sheet.length > LARGEST_SHEET) sheet = Buffer.allocUnsafeSlow(SHEET);
  return PAGE;
}

function makeRoom(bytes: number): void {
  if (end + bytes <= sheet.length) return;
  const larger = Buffer.allocUnsafeSlow(2 * (end + bytes));
  sheet.copy(larger, 0, 0, end);
  sheet = larger;
}
