import type { Queryable } from '../../database/db.ts';
import { goRound } from '../go-round.ts';
import type { FreshEntries } from '../querylog/fresh-entries.ts';
import { type Delivery, deliverDue } from './deliver.ts';
import { handOver } from './hand-over.ts';

/** How often a gateway without anything to tell looks again: the delay of a message. */
const POLL_MS = 1_000;

/** Tells subjects of looks while it runs. */
export interface Notifier {
  /** Messages that wait, and those that were given up; as of the last look. */
  outbox(): { pending: number; dead: number };
  close(): Promise<void>;
}

/** Follows the log and delivers what it says to subjects, until closed; beside other gateways that do the same. */
export function startNotifier(options: Delivery & { fresh: FreshEntries; report: (error: unknown) => void }): Notifier {
  let outbox = { pending: 0, dead: 0 };

  async function round(): Promise<boolean> {
    const more = await handOver(options.db, options);
    const delivered = await deliverDue(options);
    outbox = await countOutbox(options.db);
    return more || delivered > 0;
  }

  const { fresh, report } = options;
  return { outbox: () => outbox, ...goRound({ round, everyMs: POLL_MS, fresh, report }) };
}

async function countOutbox(db: Queryable): Promise<{ pending: number; dead: number }> {
  const { rows } = await db.query<{ pending: bigint; dead: bigint }>(
    `SELECT count(*) FILTER (WHERE state = 'PENDING') AS pending, count(*) FILTER (WHERE state = 'DEAD') AS dead FROM notifications.outbox`,
  );
  return { pending: Number(rows[0]?.pending ?? 0), dead: Number(rows[0]?.dead ?? 0) };
}
