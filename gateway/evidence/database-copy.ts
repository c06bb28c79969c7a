import type { Queryable } from '../../database/db.ts';
import { logKeys, newestNote, notesAfter, witnessKeys } from '../querylog/checkpoint-store.ts';
import { encodeBundle, MAX_ENTRY_BYTES } from '../querylog/entry-bundle.ts';
import { policyVersions } from '../querylog/policy-versions.ts';
import { joinNote, NoteError, parseNote, signatureLine, type VerifierKey } from '../querylog/signed-note.ts';
import { HASH_BYTES } from '../querylog/suite.ts';
import { type Tile, TILE_WIDTH } from '../querylog/tiles.ts';
import type { LogCopy } from './log-copy.ts';

/** Checkpoints read in one statement. */
const PAGE = 500;
/** Entries told that stand where none can. */
const FOREIGN = 100;
const WIDTH = BigInt(TILE_WIDTH);

/** What may be kept beside the database of a log that is older than its tables for them. */
export interface BesideDatabase {
  /** Keys of witnesses: their lines are kept where the key is known, and left out where it is not. */
  witnesses?: readonly VerifierKey[];
  policies?: LogCopy['policies'];
}

/**
 * The log as its database holds it, up to the checkpoint that was the newest when it was last asked for, and with the keys there were then:
 * gateways go on signing and witnesses come while a log is read. Rejects with `DatabaseError` alone: what is there and is none of it is handed on.
 */
export function openDatabaseCopy(db: Queryable, { witnesses = [], policies }: BesideDatabase = {}): LogCopy {
  let end: bigint | undefined;
  let known: Promise<readonly VerifierKey[] | undefined> | undefined;
  const keys = () => known ?? readKeys(db, witnesses);

  async function* checkpoints(after = -1n) {
    const signers = await keys();
    for (let last = after; ; ) {
      const page = await notesAfter(db, last, PAGE);
      for (const { note, size } of page) {
        if (end !== undefined && size > end) return;
        yield await withKnownLines(note, signers);
      }
      if (page.length < PAGE) return;
      last = page.at(-1)?.size ?? last;
    }
  }

  return {
    keys,
    checkpoints,
    async policies() {
      const kept = new Map([...((await policies?.()) ?? []), ...(await policyVersions(db))]);
      return kept.size === 0 ? undefined : kept;
    },
    async newest() {
      const newest = await newestNote(db);
      end = newest?.size;
      known = readKeys(db, witnesses);
      const signers = await known;
      return newest && withKnownLines(newest.note, signers);
    },
    bundle: (tile) => readBundle(db, tile),
    tile: (tile) => readTile(db, tile),
    foreign: () => foreignEntries(db),
  };
}

/** Those that are kept and, of witnesses, those that are named; undefined where what is kept are no keys. */
async function readKeys(db: Queryable, witnesses: readonly VerifierKey[]): Promise<readonly VerifierKey[] | undefined> {
  return unlessMalformed(undefined, async () => {
    const kept = await witnessKeys(db);
    const others = witnesses.filter(({ name, keyId }) => !kept.some((key) => key.name === name && key.keyId === keyId));
    return [...(await logKeys(db)), ...kept, ...others];
  });
}

/** A note without the lines of keys that nobody has: nothing says anything of them. What is no note stays as it is. */
export function withKnownLines(note: string, known: readonly VerifierKey[] | undefined): Promise<string> {
  return unlessMalformed(note, async () => {
    const { text, signatures } = parseNote(note);
    const lines = signatures.filter(
      (line) => known?.some(({ name, keyId }) => name === line.name && keyId === line.keyId) ?? true,
    );
    return joinNote(
      text,
      lines.map((line) => signatureLine(line, line.signature)),
    );
  });
}

async function unlessMalformed<T, Else>(otherwise: Else, read: () => Promise<T>): Promise<T | Else> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof NoteError) return otherwise;
    throw error;
  }
}

async function readBundle(db: Queryable, { index, width }: Pick<Tile, 'index' | 'width'>): Promise<Uint8Array | undefined> {
  const first = index * WIDTH;
  const { rows } = await db.query<{ canonical: string }>(
    'SELECT canonical FROM querylog.entry WHERE seq >= $1 AND seq < $2 ORDER BY seq',
    [first, first + BigInt(width)],
  );
  // None that was logged is longer: of one that was made so, what fits is as little the one that was logged.
  const entries = rows.map(({ canonical }) => Buffer.from(canonical).subarray(0, MAX_ENTRY_BYTES));
  return rows.length === 0 ? undefined : encodeBundle(entries);
}

/** The newest leaf hashes are in no tile yet, but with their entries; a tile may have grown since the checkpoint. */
async function readTile(db: Queryable, { level, index, width }: Tile): Promise<Uint8Array | undefined> {
  const { rows } = await db.query<{ hashes: Uint8Array | null }>(
    `SELECT coalesce(
       (SELECT hashes FROM querylog.tile WHERE level = $1 AND index = $2),
       (SELECT string_agg(leaf_hash, ''::bytea ORDER BY seq) FROM querylog.entry WHERE $1 = 0 AND seq >= $3 AND seq < $4)
     ) AS hashes`,
    [level, index, index * WIDTH, index * WIDTH + BigInt(width)],
  );
  const hashes = rows[0]?.hashes?.subarray(0, width * HASH_BYTES);
  return hashes?.length === width * HASH_BYTES ? hashes : undefined;
}

async function* foreignEntries(db: Queryable): AsyncGenerator<string> {
  const { rows } = await db.query<{ seq: bigint }>(
    'SELECT seq FROM querylog.entry, querylog.head WHERE seq < archived OR seq >= size ORDER BY seq LIMIT $1',
    [FOREIGN],
  );
  for (const { seq } of rows) yield `index ${seq}`;
}
