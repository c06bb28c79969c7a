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
 * the names in it. Where a row is in the log is told by a number in it or, until it is archived, by its leaf hash. Text of any form will do, rows
 * of several exports mixed too. Exports whose key is not held any more cannot be found.
 * Rejects with `DatabaseError`.
 */
export async function traceExport(db: Queryable, keys: SealKeys, text: string): Promise<TracedExport[]> {
  const lines = await withPositions(db, evidenceIn(text));
  const traced = (await readExports(db, 'ORDER BY e.number')).flatMap((made) => {
    const key = keys.find(made.keyId);
    return key === undefined ? [] : [{ found: made, ...compare(lines, made, rowMarks(key, made.id)), lines: lines.length }];
  });
  return traced
    .filter(({ byCode, bits }) => byCode > 0 || bits >= CERTAIN_BITS)
    .sort((a, b) => b.byCode - a.byCode || b.bits - a.bits);
}

/** What of a line could be marks. Numbers are told once each: a position that is named twice is no more likely. */
interface Evidence {
  numbers: readonly bigint[];
  /** Hexadecimal, what may be its leaf hash among them. */
  hashes: readonly string[];
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
  // What follows × counts a field's values: it is no position.
  const numbers = [...line.matchAll(/(?<![\w.×-])\d{1,18}(?![\w.-])/g)].map(([number]) => BigInt(number));
  const codes = new Set([...line.matchAll(/(?<![a-z])[a-p]{16}(?![a-z])/g)].map(([code]) => code));
  const names = membersIn(line) ?? [...line.matchAll(/\b[A-Z]\w*\.\w+:[A-Z]+×\d+/g)].map(([name]) => name);
  const hashes = [...line.matchAll(/(?<!\w)[0-9a-f]{64}(?!\w)/g)].map(([hash]) => hash);
  return { numbers: [...new Set(numbers)].slice(0, MOST_NUMBERS), hashes, codes, names, sorted: [...names].sort() };
}

/** The same, with what the log says of where a line's hash is: a column of numbers is the first to be cut. */
async function withPositions(db: Queryable, lines: readonly Evidence[]): Promise<Evidence[]> {
  const { rows } = await db.query<{ hash: string; seq: bigint }>(
    `SELECT hash, seq FROM unnest($1::text[]) AS told (hash) JOIN querylog.entry ON leaf_hash = decode(hash, 'hex')`,
    [[...new Set(lines.flatMap(({ hashes }) => hashes))]],
  );
  const seqOf = new Map(rows.map(({ hash, seq }) => [hash, seq]));
  return lines.map((line) => {
    const told = line.hashes.map((hash) => seqOf.get(hash)).filter((seq) => seq !== undefined);
    return { ...line, numbers: [...new Set([...told, ...line.numbers])].slice(0, MOST_NUMBERS) };
  });
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
  const sums = { byCode: 0, byOrder: 0 };
  const gains = new Map<bigint, number[]>();
  for (const { numbers, codes, names, sorted } of lines) {
    const marks = numbers.filter((number) => number < (treeSize ?? 0n)).map((index) => ({ index, ...markOf(index) }));
    if (marks.some(({ code }) => codes.has(code))) sums.byCode++;
    const told = bitsOf(sorted);
    if (told <= Math.log2(marks.length)) continue;
    const met = marks.map(({ order }) => order(sorted).every((name, at) => name === names[at]));
    if (met.includes(true)) sums.byOrder++;
    for (const [at, { index }] of marks.entries()) {
      const own = gains.get(index) ?? [];
      own.push(((met[at] ? 2 ** told : 0) - 1) / (marks.length + 1));
      gains.set(index, own);
    }
  }
  return { ...sums, bits: bitsWon([...gains.values()]) };
}

/**
 * The bits that the gains at each position come to. A line bets an equal part on each position it may have, and keeps one; a bet pays as much
 * as its order is rare, so that by chance none gains on average. One mark decides the bets of all lines on a position: only their mean counts,
 * however many they are. The marks of several positions are independent: what each comes to, multiplied, is 1 at most on average, and so 2^s or
 * more in at most one of 2^s files (Markov).
 */
function bitsWon(gains: readonly (readonly number[])[]): number {
  const bits = gains.reduce((bits, own) => bits + Math.log2(1 + own.reduce((sum, gain) => sum + gain, 0) / own.length), 0);
  return Math.max(0, Math.floor(bits));
}

/** What it tells that names are in the order of a mark: by chance they are so in at most one of 2^bits. */
function bitsOf(sorted: readonly string[]): number {
  // Names that are the same have no order.
  const names = new Set(sorted.slice(0, ORDERED_NAMES)).size;
  let bits = 0;
  // The mark takes each place as the remainder of a byte, of which the likeliest comes up a little more often than the others.
  for (let name = 2; name <= names; name++) bits += Math.log2(256 / Math.ceil(256 / name));
  return bits;
}
