import type { Db, Queryable } from '../../database/db.ts';
import { goRound } from '../go-round.ts';
import { entriesAtOnce } from '../querylog/entries-at-once.ts';
import { createFreshEntries, type FreshEntries, nextEntries } from '../querylog/fresh-entries.ts';
import { projectLooks } from './project-looks.ts';
import { seenLook } from './seen-look.ts';
import { writeProjection } from './write-projection.ts';

/** How often a follower that is level looks for new entries: the delay a reader of the log may notice. Many at a time cost least. */
const POLL_MS = 200;

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

/** What a follower works with. */
export interface FollowOptions {
  db: Db;
  clock: () => number;
  /** Told of attempts that failed, of the same failure once; the next comes after a pause. */
  report: (error: unknown) => void;
  /** What this process writes to the log itself. */
  fresh?: FreshEntries;
}

/**
 * Follows the log from where the read model stands. Several gateways may follow one log: whoever has the row lock of
 * `audit.progress` moves on, the others look on.
 */
export function followLog({ db, clock, report, fresh = createFreshEntries() }: FollowOptions): Follower {
  let behind = 0n;
  let levelAt = clock();

  /** Whether there is more to be taken at once. */
  async function takeNext(): Promise<boolean> {
    const asOf = clock();
    behind = await entriesBehind(db);
    const taken = behind === 0n ? 0 : ((await indexBatch(db, { fresh })) ?? 0);
    behind = behind > BigInt(taken) ? behind - BigInt(taken) : 0n;
    if (behind === 0n) levelAt = asOf;
    return taken > 0 && behind > 0n;
  }

  const { close } = goRound({ round: takeNext, everyMs: POLL_MS, fresh, report });
  return { state: () => ({ behind, lagMs: behind === 0n ? 0 : Math.max(0, clock() - levelAt) }), close };
}

/**
 * Takes the next entries into the read model, in one transaction: dying in it leaves everything as it was. Resolves with how many;
 * null when another process is at it. Rejects with `DatabaseError`.
 */
export function indexBatch(
  db: Pick<Db, 'kind' | 'transaction'>,
  { limit = entriesAtOnce(db), fresh = createFreshEntries() }: { limit?: number; fresh?: FreshEntries } = {},
): Promise<number | null> {
  return db.transaction(async (tx) => {
    const { rows } = await tx.query<{ next: bigint; latest: string | null; lateness: bigint }>(
      `SELECT greatest(next_seq, archived) AS next, latest, lateness_ms AS lateness FROM audit.progress, querylog.head
       FOR UPDATE OF progress SKIP LOCKED`,
    );
    const [progress] = rows;
    if (progress === undefined) return null;
    const { next, latest, lateness } = progress;
    const entries = await nextEntries(tx, next, { limit, fresh });
    if (entries.length === 0) return 0;
    const looks = entries.map(({ entry }) => seenLook(entry));
    const projection = projectLooks(next, looks, { latest, latenessMs: Number(lateness) });
    await writeProjection(tx, projection);
    await tx.query('UPDATE audit.progress SET next_seq = $1, latest = $2, lateness_ms = $3', [
      next + BigInt(looks.length),
      projection.latest,
      projection.latenessMs,
    ]);
    return looks.length;
  });
}

/** How many entries of the log the read model has not got. */
export async function entriesBehind(db: Queryable): Promise<bigint> {
  const { rows } = await db.query<{ behind: bigint }>(
    'SELECT greatest(0, size - next_seq) AS behind FROM querylog.head, audit.progress',
  );
  return rows[0]?.behind ?? 0n;
}

/**
 * Empties the read model, so that it is made anew from the log; whoever follows the log goes on from the first entry in the database.
 * Until that is done, readers see a part of the log only. Rejects with `DatabaseError`.
 */
export function emptyReadModel(db: Pick<Db, 'transaction'>): Promise<void> {
  return db.transaction(async (tx) => {
    // The follower's claim first: nobody may be half-way through a batch.
    await tx.query('SELECT 1 FROM audit.progress FOR UPDATE');
    await tx.query('TRUNCATE audit.kind, audit.look, audit.name, audit.mention, audit.tally RESTART IDENTITY');
    await tx.query('UPDATE audit.progress SET next_seq = (SELECT archived FROM querylog.head), latest = NULL, lateness_ms = 0');
  });
}
