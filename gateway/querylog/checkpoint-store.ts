import type { Queryable } from '../../database/db.ts';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import { LogContradiction } from './log-contradiction.ts';
import { formatVerifierKey, parseNote, parseVerifierKey, type VerifierKey } from './signed-note.ts';

/** A checkpoint as it was signed, with what witnesses have signed of it so far. */
export interface StoredCheckpoint extends Checkpoint {
  /** The whole note: text and every signature line. */
  note: string;
}

/** Cosignatures come behind the log's own signature, in the order of their witnesses' names. */
const NOTE = `note || coalesce((SELECT string_agg(line, '' ORDER BY witness) FROM querylog.cosignature AS c WHERE c.size = checkpoint.size), '')`;

/** What is stored for a checkpoint of that size, whatever it is. */
export interface StoredNote {
  size: bigint;
  note: string;
}

/** The note of the newest checkpoint; undefined before the first. Rejects with `DatabaseError`. */
export async function newestNote(db: Queryable): Promise<StoredNote | undefined> {
  const { rows } = await db.query(`SELECT size, ${NOTE} AS note FROM querylog.checkpoint ORDER BY size DESC LIMIT 1`);
  return rows[0] as unknown as StoredNote | undefined;
}

/** The newest checkpoint; undefined before the first. Rejects with `LogContradiction` when it is none, and with `DatabaseError`. */
export async function newestCheckpoint(db: Queryable): Promise<StoredCheckpoint | undefined> {
  const newest = await newestNote(db);
  return newest && asCheckpoint(newest.note);
}

/** Notes of checkpoints of more entries than `size`, from the smallest on, at most `limit`. Rejects with `DatabaseError`. */
export async function notesAfter(db: Queryable, size: bigint, limit: number): Promise<StoredNote[]> {
  const { rows } = await db.query(
    `SELECT size, ${NOTE} AS note FROM querylog.checkpoint WHERE size > $1 ORDER BY size LIMIT $2`,
    [size, limit],
  );
  return rows as unknown as StoredNote[];
}

/** Keeps a checkpoint; false when there is one of that size already. Rejects with `DatabaseError`. */
export async function storeCheckpoint(db: Queryable, size: bigint, note: string): Promise<boolean> {
  const { rows } = await db.query(
    'INSERT INTO querylog.checkpoint (size, note) VALUES ($1, $2) ON CONFLICT (size) DO NOTHING RETURNING size',
    [size, note],
  );
  return rows.length === 1;
}

/**
 * Keeps a witness's signature line, newline included, of the checkpoint of that size, and the key that verifies it; the first a
 * witness gives is the one that stays. The caller has verified it. Rejects with `DatabaseError` when there is no such checkpoint.
 */
export async function storeCosignature(db: Queryable, size: bigint, key: VerifierKey, line: string): Promise<void> {
  await db.query(
    `WITH witness AS (INSERT INTO querylog.witness_key (verifier_key) VALUES ($4) ON CONFLICT (verifier_key) DO NOTHING)
     INSERT INTO querylog.cosignature (size, witness, line) VALUES ($1, $2, $3) ON CONFLICT (size, witness) DO NOTHING`,
    [size, `${key.name}+${key.keyId}`, line, formatVerifierKey(key)],
  );
}

/** Publishes a key that checkpoints are signed with, for good: what it signed must be verifiable after it was replaced. Rejects with `DatabaseError`. */
export async function publishLogKey(db: Queryable, key: VerifierKey): Promise<void> {
  await db.query('INSERT INTO querylog.log_key (verifier_key) VALUES ($1) ON CONFLICT (verifier_key) DO NOTHING', [
    formatVerifierKey(key),
  ]);
}

/** Every key of the log, the oldest first. Rejects with `DatabaseError`. */
export function logKeys(db: Queryable): Promise<VerifierKey[]> {
  return keysIn(db, 'log_key');
}

/** Every witness that ever cosigned, the oldest first. Rejects with `DatabaseError`. */
export function witnessKeys(db: Queryable): Promise<VerifierKey[]> {
  return keysIn(db, 'witness_key');
}

async function keysIn(db: Queryable, table: 'log_key' | 'witness_key'): Promise<VerifierKey[]> {
  const { rows } = await db.query<{ verifier_key: string }>(
    `SELECT verifier_key FROM querylog.${table} ORDER BY since, verifier_key`,
  );
  return rows.map(({ verifier_key }) => parseVerifierKey(verifier_key));
}

function asCheckpoint(note: string): StoredCheckpoint {
  const checkpoint = parseCheckpoint(parseNote(note).text);
  if (checkpoint === undefined) throw new LogContradiction('a checkpoint that is none');
  return { ...checkpoint, note };
}
