import { setTimeout as delay } from 'node:timers/promises';
import type { Db, Queryable } from '../../database/db.ts';
import { logSize, readEntries } from '../querylog/read-entries.ts';
import { projectEntries } from './project-entries.ts';
import { writeProjection } from './write-projection.ts';

/** How often an idle follower looks for new entries: the delay a reader of the log may notice. */
const POLL_MS = 200;
/** Entries in one transaction: on the embedded database, appends wait for it. */
const BATCH_ENTRIES = 500;

/** Where the read model stands. */
export interface FollowerState {
  /** Entries that the read model has not got yet. */
  behind: bigint;
  /** For how long it has not been level with the log, in milliseconds; 0 while it is. */
  lagMs: number;
}

/** Keeps the read model level with the log while it runs. */
export interface Follower {
  /** As of the last look at the log, by this or another gateway. */
  state(): FollowerState;
  /** Ends after the batch under way. */
  close(): Promise<void>;
}

/**
 * Follows the log from where the read model stands. Several gateways may follow one log: whoever has the row lock of
 * `audit.progress` moves on, the others look on. `report` is told of every failed attempt; the next comes after a pause.
 */
export function followLog({ db, clock, report }: { db: Db; clock: () => number; report: (error: unknown) => void }): Follower {
  const closing = new AbortController();
  let behind = 0n;
  let levelAt = clock();

  async function follow(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        behind = await entriesBehind(db);
        if (behind === 0n) levelAt = clock();
        else if (((await indexBatch(db)) ?? 0) > 0) continue;
      } catch (error) {
        report(error);
      }
      await delay(POLL_MS, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }

  const following = follow();
  return {
    state: () => ({ behind, lagMs: behind === 0n ? 0 : Math.max(0, clock() - levelAt) }),
    async close() {
      closing.abort();
      await following;
    },
  };
}

/**
 * Takes the next entries into the read model, in one transaction: dying in it leaves everything as it was. Resolves with how many;
 * null when another process is at it. Rejects with `DatabaseError`.
 */
export function indexBatch(db: Pick<Db, 'transaction'>, limit = BATCH_ENTRIES): Promise<number | null> {
  return db.transaction(async (tx) => {
    const { rows } = await tx.query<{ next: bigint; latest: string | null; lateness: bigint }>(
      'SELECT next_seq AS next, latest, lateness_ms AS lateness FROM audit.progress FOR UPDATE SKIP LOCKED',
    );
    const [progress] = rows;
    if (progress === undefined) return null;
    const { next, latest, lateness } = progress;
    const read = await readEntries(tx, next, limit);
    // Positions are dense; past a gap nothing is read before the gap has closed.
    const entries = read.filter(({ index }, position) => index === next + BigInt(position));
    if (entries.length === 0) return 0;
    const projection = projectEntries(entries, { latest, latenessMs: Number(lateness) });
    await writeProjection(tx, projection);
    await tx.query('UPDATE audit.progress SET next_seq = $1, latest = $2, lateness_ms = $3', [
      next + BigInt(entries.length),
      projection.latest,
      projection.latenessMs,
    ]);
    return entries.length;
  });
}

/** How many entries of the log the read model has not got. */
export async function entriesBehind(db: Queryable): Promise<bigint> {
  const { rows } = await db.query<{ next: bigint }>('SELECT next_seq AS next FROM audit.progress');
  const behind = (await logSize(db)) - (rows[0]?.next ?? 0n);
  return behind > 0n ? behind : 0n;
}

/**
 * Empties the read model, so that it is made anew from the log; whoever follows the log goes on from its beginning.
 * Until that is done, readers see a part of the log only. Rejects with `DatabaseError`.
 */
export function emptyReadModel(db: Pick<Db, 'transaction'>): Promise<void> {
  return db.transaction(async (tx) => {
    // The follower's claim first: nobody may be half-way through a batch.
    await tx.query('SELECT 1 FROM audit.progress FOR UPDATE');
    await tx.query('TRUNCATE audit.kind, audit.look, audit.name, audit.mention, audit.tally RESTART IDENTITY');
    await tx.query('UPDATE audit.progress SET next_seq = 0, latest = NULL, lateness_ms = 0');
  });
}
