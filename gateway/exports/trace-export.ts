import type { Queryable } from '../../database/db.ts';
import type { SealKeys } from '../sealed/seal-keys.ts';
import { type LogExport, readExports } from './log-export.ts';
import { ORDERED_NAMES, type RowMark, rowMarks } from './row-mark.ts';

/** Chance is excluded to 1 in 2^40 for each export before rows are put down to one by their order. */
const CERTAIN_BITS = 40;
/** Lines looked at in a long file, spread over all of it. */
const MOST_LINES = 2_000;
/** Numbers of a line that may be its position in the log. */
const MOST_NUMBERS = 12;

/** An export that rows of a file come from. */
export interface TracedExport {
  found: Pick<LogExport, 'id' | 'organization' | 'operator' | 'purpose' | 'requestedAt' | 'reason'>;
  /** Rows that bear its code, and rows in its order; lines that were looked at. */
  byCode: number;
  byOrder: number;
  lines: number;
  /** How sure the order alone makes it: chance does as much in one of 2^bits files. */
  bits: number;
}

/**
 * Says whose exports the rows of a text come from, the surest first: by the code of each row, or, where that was taken out, by the order of
 * the names in it. Text of any form will do, rows of several exports mixed too. Exports whose key is not held any more cannot be found.
 * Rejects with `DatabaseError`.
 */
export async function traceExport(db: Queryable, keys: SealKeys, text: string): Promise<TracedExport[]> {
  const lines = evidenceIn(text);
  const traced = (await readExports(db, 'ORDER BY e.number')).flatMap((made) => {
    const key = keys.find(made.keyId);
    return key === undefined ? [] : [{ found: made, ...compare(lines, made, rowMarks(key, made.id)), lines: lines.length }];
  });
  return traced
    .filter(({ byCode, bits }) => byCode > 0 || bits >= CERTAIN_BITS)
    .sort((a, b) => b.byCode - a.byCode || b.bits - a.bits);
}

/** What of a line could be marks. */
interface Evidence {
  numbers: readonly bigint[];
  codes: ReadonlySet<string>;
  names: readonly string[];
  sorted: readonly string[];
}

function evidenceIn(text: string): Evidence[] {
  const lines = text.split(/\r?\n/).filter((line) => /\d/.test(line));
  const step = Math.max(1, Math.ceil(lines.length / MOST_LINES));
  return lines.filter((_, index) => index % step === 0).map(evidenceOf);
}

function evidenceOf(line: string): Evidence {
  const numbers = [...line.matchAll(/(?<![\w.-])\d{1,18}(?![\w.-])/g)].slice(0, MOST_NUMBERS).map(([number]) => BigInt(number));
  const codes = new Set([...line.matchAll(/(?<![a-z])[a-p]{16}(?![a-z])/g)].map(([code]) => code));
  const names = membersIn(line) ?? [...line.matchAll(/\b[A-Z]\w*\.\w+:[A-Z]+×\d+/g)].map(([name]) => name);
  return { numbers, codes, names, sorted: [...names].sort() };
}

/** The entry's members as a line of JSON has them. */
function membersIn(line: string): string[] | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const { entry } = JSON.parse(line) as { entry?: object };
    return entry === undefined ? [] : Object.keys(entry);
  } catch {
    return undefined;
  }
}

function compare(lines: readonly Evidence[], { treeSize }: LogExport, markOf: (index: bigint) => RowMark) {
  const sums = { byCode: 0, byOrder: 0, bits: 0 };
  for (const { numbers, codes, names, sorted } of lines) {
    const marks = numbers.filter((number) => number < (treeSize ?? 0n)).map(markOf);
    if (marks.some(({ code }) => codes.has(code))) sums.byCode++;
    const told = bitsOf(names.length) - Math.log2(Math.max(1, marks.length));
    if (told <= 0) continue;
    const isOrdered = marks.some((mark) => mark.order(sorted).every((name, at) => name === names[at]));
    if (isOrdered) sums.byOrder++;
    // The bits that rows tell add up to at least s by chance in less than 2^(n - s) of all files of n rows (Markov): each row costs one.
    sums.bits += (isOrdered ? told : 0) - 1;
  }
  return { ...sums, bits: Math.max(0, Math.floor(sums.bits)) };
}

/** What the order of so many names tells. */
function bitsOf(names: number): number {
  let bits = 0;
  for (let name = 2; name <= Math.min(names, ORDERED_NAMES); name++) bits += Math.log2(name);
  return bits;
}
