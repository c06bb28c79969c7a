import { transcode } from 'node:buffer';

/** From about here on two fast passes are cheaper than the one of `toString`. */
const LONG = 2_048;

/**
 * The text of UTF-8 bytes; what is none becomes U+FFFD. By way of UTF-16, which Node writes several characters at a time: three times as
 * fast as `toString`, which goes byte by byte where a text is Chinese.
 */
export function decodeUtf8(bytes: Buffer): string {
  if (bytes.length < LONG) return bytes.toString();
  try {
    return transcode(bytes, 'utf8', 'utf16le').toString('utf16le');
  } catch {
    // Not UTF-8: the slow way says which characters are left.
    return bytes.toString();
  }
}

/** The UTF-8 bytes of texts that follow each other; halves of surrogate pairs become U+FFFD. By way of UTF-16 too, where they are long. */
export function encodeUtf8(texts: readonly string[]): Buffer {
  let characters = 0;
  for (const { length } of texts) characters += length;
  if (characters < LONG) return Buffer.from(texts.join(''));
  const room = Buffer.allocUnsafeSlow(characters * 2);
  let end = 0;
  for (const text of texts) end += room.write(text, end, 'utf16le');
  try {
    return transcode(room, 'utf16le', 'utf8');
  } catch {
    // Halves of surrogate pairs: the slow way replaces them.
    return Buffer.from(texts.join(''));
  }
}
