/** A compiled mask: total on any text, deterministic, and `mask(mask(x)) === mask(x)`. */
export type Mask = (text: string) => string;

/** What stands for text a mask cannot make sense of. */
export const HIDDEN = '****';

/**
 * The characters a mask may keep or hide: code points in NFC without combining marks, so that a rare character outside
 * the BMP is one and a name's marks tell nothing. Lone surrogates become U+FFFD: they could not leave as UTF-8.
 */
export function characters(text: string): string[] {
  if (isPlain(text)) return text.split('');
  const marksGone = text.normalize('NFC').replace(/\p{M}/gu, '').normalize('NFC');
  return Array.from(marksGone, (character) => (LONE_SURROGATE.test(character) ? '\uFFFD' : character));
}

/** Whether each unit of a text is one of its {@link characters} as it is. */
export function isPlain(text: string): boolean {
  return PLAIN.test(text);
}

/** Latin letters, digits, unified ideographs, full-width forms: each one unit, no mark, and in NFC whatever stands beside it. */
const PLAIN = /^[\0-\u02ff\u4e00-\u9fff\uff01-\uff5e]*$/;
const LONE_SURROGATE = /^[\uD800-\uDFFF]$/;
