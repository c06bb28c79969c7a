import { randomUUID } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import type { Db, Queryable } from '../../database/db.ts';
import type { PolicySet } from '../../policies/policy-set.ts';
import { goRound } from '../go-round.ts';
import { entriesAtOnce } from '../querylog/entries-at-once.ts';
import { createFreshEntries, type FreshEntries, nextEntries } from '../querylog/fresh-entries.ts';
import { keepAlerts, keepTallies } from './keep-reviewed.ts';
import { beginReview, REVIEW_FORM, type ReviewState } from './review-entries.ts';
import { reviewStretch } from './review-stretch.ts';

/** How often a review that is level looks for new entries: the delay of an alert. */
const POLL_MS = 1_000;
/** Entries that are read at a time to remember what was reviewed. */
const READ_ENTRIES = 500;
/** How long a gateway that is silent keeps the work to itself. */
const LEASE_SECONDS = 10;
/** After so many entries, and whenever a day begins, what is remembered is kept: another gateway need not read more than that. */
const SNAPSHOT_ENTRIES = 20_000n;

/** What reviews follow the log with. */
export interface FollowReviewOptions {
  db: Db;
  policies: { current(): PolicySet };
  /** Told of attempts that failed, of the same failure once; the next comes after a pause. */
  report: (error: unknown) => void;
  /** What this process writes to the log itself. */
  fresh?: FreshEntries;
}

/** Reviews entries as they arrive, until closed; of several gateways one is at work, and each entry is reviewed once. */
export function followReview(options: FollowReviewOptions): { close(): Promise<void> } {
  const reviewer = createReviewer(options);

  async function round(): Promise<boolean> {
    const taken = await reviewer.reviewBatch();
    return taken !== null && taken > 0 && reviewer.behind() > 0n;
  }

  return goRound({ round, everyMs: POLL_MS, fresh: options.fresh, report: options.report });
}

interface Progress {
  next: bigint;
  snapshotSeq: bigint;
  /** Entries on the log. */
  size: bigint;
  mine: boolean;
}

/** One gateway's part in the review. */
export function createReviewer({ db, policies, fresh = createFreshEntries() }: Omit<FollowReviewOptions, 'report'>) {
  const holder = randomUUID();
  /** What this gateway remembers, and up to which entry; undefined while that is not certain. */
  let known: { state: ReviewState; next: bigint } | undefined;
  let behind = 0n;

  /**
   * Reviews the next entries, in one transaction: dying in it leaves everything as it was. Resolves with how many; null when
   * another gateway is at it. Rejects with `DatabaseError`.
   */
  async function reviewBatch(limit = entriesAtOnce(db)): Promise<number | null> {
    const progress = await readProgress(db, holder);
    if (!progress.mine) {
      known = undefined;
      return null;
    }
    const { state } = (known =
      known?.next === progress.next ? known : await recall(db, progress, { policy: policies.current(), fresh }));
    // The state moves on before anything is durable: only once that is certain it is known again.
    known = undefined;
    const taken = await db.transaction((tx) => takeBatch(tx, { state, progress, limit }));
    if (taken === null) return null;
    known = { state, next: progress.next + BigInt(taken) };
    behind = progress.size > known.next ? progress.size - known.next : 0n;
    return taken;
  }

  async function takeBatch(
    tx: Queryable,
    { state, progress, limit }: { state: ReviewState; progress: Progress; limit: number },
  ): Promise<number | null> {
    const claim = await tx.query(
      `SELECT 1 FROM review.progress WHERE next_seq = $1 AND (holder = $2 OR held_until < now()) FOR UPDATE SKIP LOCKED`,
      [progress.next, holder],
    );
    if (claim.rows.length === 0) return null;
    const { day } = state;
    const entries = await nextEntries(tx, progress.next, { limit, fresh });
    const reviewed = await reviewStretch(tx, entries, { state, policy: policies.current() });
    await keepAlerts(tx, reviewed.alerts);
    await keepTallies(tx, reviewed);
    const next = progress.next + BigInt(entries.length);
    await tx.query(
      `UPDATE review.progress SET next_seq = $1, holder = $2, held_until = now() + make_interval(secs => ${LEASE_SECONDS})`,
      [next, holder],
    );
    if (state.day !== day || next - progress.snapshotSeq >= SNAPSHOT_ENTRIES)
      await tx.query('UPDATE review.progress SET snapshot_seq = $1, snapshot = $2', [next, serialize(state)]);
    return entries.length;
  }

  /** Entries that were left as of the last batch. */
  return { reviewBatch, behind: () => behind };
}

async function readProgress(db: Queryable, holder: string): Promise<Progress> {
  const { rows } = await db.query<{ next: bigint; snapshot_seq: bigint; size: bigint; mine: boolean }>(
    `SELECT next_seq AS next, snapshot_seq, size, holder = $1 OR held_until < now() AS mine
     FROM review.progress, querylog.head`,
    [holder],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('review.progress has no row');
  return { next: row.next, snapshotSeq: row.snapshot_seq, size: row.size, mine: row.mine };
}

/**
 * What a gateway would remember that had reviewed everything so far: the last snapshot, and the entries since. What these raise counts as raised
 * from here on, so it must be in the queue: where rules or bearers of accounts have changed since, some of it is not.
 */
async function recall(
  db: Db,
  { next }: Progress,
  { policy, fresh }: { policy: PolicySet; fresh: FreshEntries },
): Promise<{ state: ReviewState; next: bigint }> {
  const { rows } = await db.query<{ seq: bigint; oldest: bigint; snapshot: Uint8Array | null }>(
    'SELECT snapshot_seq AS seq, archived AS oldest, snapshot FROM review.progress, querylog.head',
  );
  const [{ seq, oldest, snapshot } = { seq: 0n, oldest: 0n, snapshot: null }] = rows;
  const kept = snapshot === null ? undefined : readSnapshot(snapshot);
  const state = kept ?? beginReview();
  for (let from = kept === undefined ? oldest : seq; from < next; ) {
    const left = next - from;
    const limit = left < BigInt(READ_ENTRIES) ? Number(left) : READ_ENTRIES;
    const entries = await nextEntries(db, from, { limit, fresh });
    if (entries.length === 0) throw new Error('the log has fewer entries than were reviewed');
    const { alerts } = await reviewStretch(db, entries, { state, policy });
    await keepAlerts(db, alerts);
    from += BigInt(entries.length);
  }
  return { state, next };
}

/** Undefined for one of an older version, in another form. */
function readSnapshot(snapshot: Uint8Array): ReviewState | undefined {
  const state = deserialize(snapshot) as Partial<ReviewState>;
  return state.form === REVIEW_FORM ? (state as ReviewState) : undefined;
}
