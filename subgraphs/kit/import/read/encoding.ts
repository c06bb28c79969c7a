import { isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { UnreadableFile } from './unreadable-file.ts';

/** How many bytes from the first one outside ASCII are looked at: short GB18030 texts can be valid UTF-8 by accident. */
const LOOK_AHEAD_BYTES = 65_536;
/** The longest character of UTF-8, less one: so many bytes at the end of what is looked at may be the start of one. */
const LONGEST_TAIL = 3;

/**
 * Turns a stream of bytes into UTF-8: passed on as it is when it begins with a byte-order mark (which stays) or is strictly valid
 * UTF-8, else decoded from GB18030. While all is ASCII, both read the same and nothing is decided. Sequences that are invalid all the
 * same become U+FFFD here or in the reader, so that only their row is rejected. Memory: the look-ahead.
 * @throws {UnreadableFile} for UTF-16 and UTF-32.
 */
export async function* asUtf8(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string | Buffer> {
  const held: Buffer[] = [];
  let heldBytes = 0;
  let begun = false;
  let decode: Decode | null = null;
  for await (const piece of bytes) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    if (decode) {
      yield decode.write(chunk);
      continue;
    }
    held.push(chunk);
    heldBytes += chunk.length;
    if (heldBytes < LOOK_AHEAD_BYTES) continue;
    const start = Buffer.concat(held);
    if (!begun) refuseWideEncodings(start);
    begun = true;
    if (isAscii(start)) {
      yield start;
    } else if (enoughAfterFirst(start)) {
      decode = decoderOf(encodingOf(start));
      yield decode.write(start);
    } else {
      held.splice(0, held.length, start);
      continue;
    }
    held.length = 0;
    heldBytes = 0;
  }
  const rest = Buffer.concat(held);
  if (!begun) refuseWideEncodings(rest);
  decode ??= decoderOf(isUtf8(rest) || hasMark(rest) ? 'utf8' : 'gb18030');
  yield decode.write(rest);
  yield decode.end();
}

interface Decode {
  write(chunk: Buffer): string | Buffer;
  end(): string;
}

function decoderOf(encoding: 'utf8' | 'gb18030'): Decode {
  if (encoding === 'utf8') return { write: (chunk) => chunk, end: () => '' };
  const decoder = iconv.getDecoder(encoding, { stripBOM: true });
  return { write: (chunk) => decoder.write(chunk), end: () => decoder.end() ?? '' };
}

/** `utf8` when the bytes say so or are strictly valid UTF-8, apart from a character cut off at their end; `gb18030` otherwise. */
function encodingOf(start: Buffer): 'utf8' | 'gb18030' {
  if (hasMark(start)) return 'utf8';
  for (let tail = 0; tail <= LONGEST_TAIL; tail++) {
    if (isUtf8(start.subarray(0, Math.max(0, start.length - tail)))) return 'utf8';
  }
  return 'gb18030';
}

/** Whether a byte-order mark says that this is UTF-8, also where something in it is damaged. */
function hasMark(start: Buffer): boolean {
  return start.subarray(0, 3).toString('hex') === 'efbbbf';
}

function refuseWideEncodings(start: Buffer): void {
  const mark = start.subarray(0, 2).toString('hex');
  if (mark === 'fffe' || mark === 'feff' || start.subarray(0, 4).includes(0)) {
    throw new UnreadableFile(
      '文件不是 UTF-8 或 GB18030 编码的 CSV（像是 UTF-16 或二进制文件）。请另存为“CSV UTF-8”。 This is no CSV in UTF-8 or GB18030 (UTF-16, or no text at all): save it as “CSV UTF-8”.',
    );
  }
}

function isAscii(bytes: Buffer): boolean {
  return firstOutsideAscii(bytes) === -1;
}

/** A full look-ahead once the text leaves ASCII late in what is held. */
function enoughAfterFirst(bytes: Buffer): boolean {
  return bytes.length - firstOutsideAscii(bytes) >= LOOK_AHEAD_BYTES / 2;
}

function firstOutsideAscii(bytes: Buffer): number {
  return bytes.findIndex((byte) => byte > 0x7f);
}
