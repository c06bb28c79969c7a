import { isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { UnreadableFile } from './unreadable-file.ts';

/** How many bytes from the first one outside ASCII are looked at: short GB18030 texts can be valid UTF-8 by accident. */
const LOOK_AHEAD_BYTES = 65_536;
/** The longest character of UTF-8, less one: so many bytes at the end of what is looked at may be the start of one. */
const LONGEST_TAIL = 3;

/**
 * Decodes a stream of bytes to text: UTF-8 (with or without byte-order mark) when it is strictly valid, else GB18030.
 * While all is ASCII, both read the same and nothing is decided. An invalid sequence after that becomes U+FFFD, so that only
 * its row is rejected. Memory: the look-ahead.
 * @throws {UnreadableFile} for UTF-16 and UTF-32.
 */
export async function* decodeText(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const held: Buffer[] = [];
  let heldBytes = 0;
  let decoder: { write(chunk: Buffer): string; end(): string | undefined } | null = null;
  let undecided = true;
  for await (const piece of bytes) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    if (decoder) {
      const text = decoder.write(chunk);
      if (text) yield text;
      continue;
    }
    held.push(chunk);
    heldBytes += chunk.length;
    if (heldBytes < LOOK_AHEAD_BYTES) continue;
    const start = Buffer.concat(held);
    if (undecided) refuseWideEncodings(start);
    undecided = false;
    held.length = heldBytes = 0;
    if (isAscii(start)) {
      yield start.toString('latin1');
    } else if (enoughAfterFirst(start)) {
      decoder = iconv.getDecoder(encodingOf(start), { stripBOM: true });
      yield decoder.write(start);
    } else {
      held.push(start);
      heldBytes = start.length;
    }
  }
  const rest = Buffer.concat(held);
  if (undecided) refuseWideEncodings(rest);
  decoder ??= iconv.getDecoder(isUtf8(rest) ? 'utf8' : 'gb18030', { stripBOM: true });
  yield (rest.length > 0 ? decoder.write(rest) : '') + (decoder.end() ?? '');
}

/** `utf8` when the bytes are strictly valid UTF-8, apart from a character cut off at their end; `gb18030` otherwise. */
export function encodingOf(start: Buffer): 'utf8' | 'gb18030' {
  for (let tail = 0; tail <= LONGEST_TAIL; tail++) {
    if (isUtf8(start.subarray(0, Math.max(0, start.length - tail)))) return 'utf8';
  }
  return 'gb18030';
}

function refuseWideEncodings(start: Buffer): void {
  const mark = start.subarray(0, 2).toString('hex');
  if (mark === 'fffe' || mark === 'feff' || start.subarray(0, 4).includes(0)) {
    throw new UnreadableFile('文件不是 UTF-8 或 GB18030 编码的 CSV（像是 UTF-16 或二进制文件）。请另存为“CSV UTF-8”。');
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
