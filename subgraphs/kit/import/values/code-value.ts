import type { Parsed } from './date.ts';

/** Official words (and codes) of a code list with the enum value each stands for. `其他` also matches `其他-（注明）`. */
export type CodeTable<T extends string> = Readonly<Record<string, T>>;

const BETWEEN_VALUES = /[;；,，|]/;

/** The enum value of an official word. */
export function parseCode<T extends string>(text: string, table: CodeTable<T>): Parsed<T> {
  const value = lookUp(text, table);
  return value === undefined ? { ok: false, code: 'CODE_UNKNOWN' } : { ok: true, value };
}

/**
 * The enum values of a cell that may hold several, separated by semicolons or commas; 、 separates only where the whole
 * is not itself a word of the list (没收违法所得、没收非法财物 is one). Each value once, in the order given.
 */
export function parseCodes<T extends string>(text: string, table: CodeTable<T>): Parsed<T[]> {
  const values = new Set<T>();
  for (const part of text.split(BETWEEN_VALUES)) {
    if (part.trim() === '') continue;
    const whole = lookUp(part, table);
    const found = whole === undefined ? part.split('、').map((word) => lookUp(word, table)) : [whole];
    for (const value of found) {
      if (value === undefined) return { ok: false, code: 'CODE_UNKNOWN' };
      values.add(value);
    }
  }
  return values.size === 0 ? { ok: false, code: 'CODE_UNKNOWN' } : { ok: true, value: [...values] };
}

function lookUp<T extends string>(text: string, table: CodeTable<T>): T | undefined {
  const word = text.normalize('NFKC').replace(/\s+/gu, '').toUpperCase();
  if (Object.hasOwn(table, word)) return table[word];
  return /^其他[-—(:：]/.test(word) && Object.hasOwn(table, '其他') ? table['其他'] : undefined;
}
