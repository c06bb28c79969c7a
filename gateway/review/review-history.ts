import type { Db } from '../../database/db.ts';
import type { PolicySet } from '../../policies/policy-set.ts';
import type { ReviewPolicy } from '../../policies/review-rules.ts';
import { readEntries } from '../querylog/read-entries.ts';
import type { Alert } from './alert.ts';
import { daysAfter } from './city-moment.ts';
import { beginReview } from './review-entries.ts';
import { reviewStretch } from './review-stretch.ts';

/** Entries reviewed at a time. */
const STRETCH_ENTRIES = 1_000;

/** What a review of history finds, a stretch at a time. */
export interface HistoryStretch {
  /** Alerts of the days asked for. */
  alerts: readonly Alert[];
  /** Entries read so far, and those that are to be read. */
  done: bigint;
  total: bigint;
  accesses: number;
  unexplained: number;
}

/**
 * Reviews the log anew from one city day to another (both included), as the rules are now. Reading begins as long before as any
 * rule remembers, so that the same alerts are found whatever day one begins with. Writes nothing.
 */
export async function* reviewHistory(
  db: Db,
  policy: PolicySet,
  { from, to }: { from: string; to: string },
): AsyncGenerator<HistoryStretch> {
  const { first, end } = await stretchOf(db, daysAfter(from, -memoryDays(policy.source.review)), to);
  const state = beginReview();
  for (let next = first; next < end; ) {
    const left = end - next;
    const entries = await readEntries(db, next, left < BigInt(STRETCH_ENTRIES) ? Number(left) : STRETCH_ENTRIES);
    const last = entries.at(-1);
    if (last === undefined) return;
    const { alerts, tallies } = await reviewStretch(db, entries, { state, policy });
    next = last.index + 1n;
    const asked = [...tallies].filter(([day]) => from <= day && day <= to).map(([, tally]) => tally);
    yield {
      alerts: alerts.filter(({ day }) => from <= day && day <= to),
      done: next - first,
      total: end - first,
      accesses: asked.reduce((sum, { accesses }) => sum + accesses, 0),
      unexplained: asked.reduce((sum, { unexplained }) => sum + unexplained, 0),
    };
  }
}

/** The longest any rule looks back, its own window and what is usual before it together. */
function memoryDays({ rules }: ReviewPolicy): number {
  const named = rules.map((rule) =>
    Object.entries(rule).reduce((sum, [name, value]) => (/days$/i.test(name) ? sum + Number(value) : sum), 0),
  );
  return Math.max(1, ...named);
}

/** Where the entries from one city day to another (included) stand. One that was dated by a wrong clock neither begins nor ends them. */
async function stretchOf(db: Db, from: string, to: string): Promise<{ first: bigint; end: bigint }> {
  const { rows } = await db.query<{ first: bigint; end: bigint }>(
    'SELECT coalesce(min(seq), 0) AS first, coalesce(max(seq) + 1, 0) AS end FROM querylog.entry WHERE at >= $1 AND at < $2',
    [`${from}T00:00:00+08:00`, `${daysAfter(to, 1)}T00:00:00+08:00`],
  );
  return rows[0] ?? { first: 0n, end: 0n };
}
