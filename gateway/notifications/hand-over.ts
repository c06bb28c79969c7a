import type { Db, Queryable } from '../../database/db.ts';
import type { QueryLogEntry } from '../querylog/entry.ts';
import { entriesAtOnce } from '../querylog/entries-at-once.ts';
import { type FreshEntries, nextEntries } from '../querylog/fresh-entries.ts';
import type { PositionedEntry } from '../querylog/read-entries.ts';

/**
 * Hands the next entries of the log over to the outbox, in one transaction: each look once for each subject that wants to be told, whoever
 * of several gateways does it. Resolves with whether there may be more at once. Rejects with `DatabaseError`.
 */
export function handOver(
  db: Pick<Db, 'kind' | 'transaction'>,
  { fresh, limit = entriesAtOnce(db) }: { fresh: FreshEntries; limit?: number },
): Promise<boolean> {
  return db.transaction(async (tx) => {
    // The log's size first: whoever subscribes after that wants nothing from before it. What was archived is told nobody any more.
    const { rows } = await tx.query<{ next: bigint; size: bigint }>(
      'SELECT greatest(next_seq, archived) AS next, size FROM notifications.progress, querylog.head FOR UPDATE OF progress SKIP LOCKED',
    );
    const [progress] = rows;
    if (progress === undefined) return false;
    const { size } = progress;
    const { rows: anybody } = await tx.query('SELECT FROM notifications.subscriber LIMIT 1');
    if (anybody.length === 0) {
      if (size > progress.next) await moveTo(tx, size);
      return false;
    }
    if (size <= progress.next) return false;
    const entries = await nextEntries(tx, progress.next, { limit, fresh });
    await enqueue(tx, entries);
    const next = progress.next + BigInt(entries.length);
    await moveTo(tx, next);
    return entries.length > 0 && next < size;
  });
}

async function moveTo(tx: Queryable, next: bigint): Promise<void> {
  await tx.query('UPDATE notifications.progress SET next_seq = $1', [next]);
}

async function enqueue(tx: Queryable, entries: readonly PositionedEntry[]): Promise<void> {
  const told = entries.flatMap(({ index, entry }) => shownTo(entry).map((subject) => ({ index, subject, at: entry.time })));
  if (told.length === 0) return;
  await tx.query(
    `INSERT INTO notifications.outbox (seq, subject, at, due_at)
     SELECT looked.seq, looked.subject, looked.at, looked.at
     FROM unnest($1::bigint[], $2::text[], $3::timestamptz[]) AS looked (seq, subject, at)
     JOIN notifications.subscriber s ON s.subject = looked.subject AND s.since_seq <= looked.seq`,
    [told.map(({ index }) => index), told.map(({ subject }) => subject), told.map(({ at }) => at)],
  );
}

/** The subjects of which something was shown to another. A refusal showed nothing; it is in the access history. */
function shownTo({ decision, subjects, caller }: QueryLogEntry): string[] {
  return decision === 'RELEASED' ? subjects.returned.filter((subject) => subject !== caller?.subject) : [];
}
