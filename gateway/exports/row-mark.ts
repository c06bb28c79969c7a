import type { SealKey } from '../sealed/seal-keys.ts';
import { SUITE } from '../querylog/suite.ts';

/** Names of one list that are put in an order of their own: with more, the rest stays as it is. 16! is 44 bits. */
export const ORDERED_NAMES = 16;
/** Bytes of a digest that make the code; the order takes those behind. */
const CODE_BYTES = 8;

/** What marks one row of one export; without the key nobody can tell it from chance. */
export interface RowMark {
  /** 16 letters: no program takes them for a number. It is in a column of its own. */
  code: string;
  /** The names in the row's own order. What they say is the same in any order. */
  order(names: readonly string[]): string[];
}

/** The marks of an export's rows, by their positions in the log. */
export function rowMarks({ key }: SealKey, exportId: string): (index: bigint) => RowMark {
  const own = SUITE.mac(key, Buffer.from(`xinqiao export mark 1\n${exportId}`));
  return (index) => {
    const digest = SUITE.mac(own, Buffer.from(index.toString()));
    return { code: lettersOf(digest.subarray(0, CODE_BYTES)), order: (names) => shuffled(names, digest.subarray(CODE_BYTES)) };
  };
}

/** a–p, one for each half of a byte. */
function lettersOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => letter(byte >> 4) + letter(byte & 15)).join('');
}

function letter(value: number): string {
  return String.fromCodePoint(97 + value);
}

/** Fisher–Yates over the sorted names, so that the order does not depend on the one they came in. */
function shuffled(names: readonly string[], bytes: Uint8Array): string[] {
  const order = [...names].sort();
  for (let last = Math.min(order.length, ORDERED_NAMES) - 1; last > 0; last--) {
    const other = (bytes[last] ?? 0) % (last + 1);
    const [a = '', b = ''] = [order[last], order[other]];
    order[last] = b;
    order[other] = a;
  }
  return order;
}
