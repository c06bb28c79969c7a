import type { Queryable } from '../../database/db.ts';
import type { QueryLogEntry } from './entry.ts';
import { type PositionedEntry, readEntries } from './read-entries.ts';
import type { LoggedEntry } from './write-batch.ts';

/** The newest entries of this process, for those in it that follow the log: what it wrote itself they need not read back and parse. */
export interface FreshEntries {
  /** Takes note of entries that are durable, the first of them at that position. */
  note(first: bigint, entries: readonly LoggedEntry[]): void;
  /** The entries from a position on, without a gap, at most `limit`; none when the one there is not among them. */
  from(position: bigint, limit: number): readonly FreshEntry[];
  /** Calls back once, when so many more were noted; the function it gives takes that back. */
  whenNoted(entries: number, call: () => void): () => void;
}

/** An entry with the hash of its leaf. */
export interface FreshEntry {
  entry: QueryLogEntry;
  leafHash: Uint8Array;
}

/** A busy gateway's of some seconds, and two batches of a follower; one that is further behind reads the log. */
const KEPT = 4_000;
/** What is taken from the log at a time: it is read and parsed. */
const BYTES_AT_ONCE = 1_000_000;
/** What is taken from memory at a time, by the subjects that are named: they are what costs, and a look at one names it twice. */
const NAMED_AT_ONCE = 16_000;

/** Holds none at first. */
export function createFreshEntries(): FreshEntries {
  let begin = 0n;
  let held: FreshEntry[] = [];
  let noted = 0;
  const calls = new Map<() => void, number>();
  return {
    note(first, entries) {
      // Another gateway wrote in between: what is before has to be read with what it wrote.
      if (first !== begin + BigInt(held.length)) [begin, held] = [first, []];
      for (const { entry, leaf } of entries) held.push({ entry, leafHash: leaf.hash });
      // Twice as many at most, so that what stays is seldom copied.
      const excess = held.length - KEPT;
      if (excess >= KEPT) [begin, held] = [begin + BigInt(excess), held.slice(excess)];
      noted += entries.length;
      for (const [call, due] of calls) if (noted >= due && calls.delete(call)) call();
    },
    from(position, limit) {
      const index = position - begin;
      return index < 0n || index >= BigInt(held.length) ? [] : held.slice(Number(index), Number(index) + limit);
    },
    whenNoted(entries, call) {
      calls.set(call, noted + entries);
      return () => void calls.delete(call);
    },
  };
}

/**
 * The next entries for whoever follows the log, at most `limit` and no more than keep it busy for an instant, without a gap: from memory
 * where these very entries stand on the log, else from the log. Positions are dense; past a gap nothing is read before the gap has closed.
 */
export async function nextEntries(
  db: Queryable,
  from: bigint,
  { limit, fresh }: { limit: number; fresh: FreshEntries },
): Promise<PositionedEntry[]> {
  const held = atOnce(fresh.from(from, limit));
  if (held.length > 0 && (await areOnLog(db, from, held)))
    return held.map(({ entry }, offset) => ({ index: from + BigInt(offset), entry }));
  const read = await readEntries(db, from, limit, BYTES_AT_ONCE);
  return read.filter(({ index }, offset) => index === from + BigInt(offset));
}

function atOnce(entries: readonly FreshEntry[]): readonly FreshEntry[] {
  let named = 0;
  const end = entries.findIndex(
    ({ entry: { subjects } }) => (named += subjects.asked.length + subjects.returned.length) >= NAMED_AT_ONCE,
  );
  return end === -1 ? entries : entries.slice(0, end + 1);
}

async function areOnLog(db: Queryable, from: bigint, held: readonly FreshEntry[]): Promise<boolean> {
  const { rows } = await db.query<{ hashes: Uint8Array | null }>(
    `SELECT string_agg(leaf_hash, ''::bytea ORDER BY seq) AS hashes FROM querylog.entry WHERE seq >= $1 AND seq < $2`,
    [from, from + BigInt(held.length)],
  );
  return Buffer.compare(rows[0]?.hashes ?? new Uint8Array(0), Buffer.concat(held.map(({ leafHash }) => leafHash))) === 0;
}
