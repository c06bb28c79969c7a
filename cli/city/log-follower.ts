import type { Db } from '../../database/db.ts';
import { type Follower, followLog } from '../../gateway/audit/follow-log.ts';
import type { FreshEntries } from '../../gateway/querylog/fresh-entries.ts';
import type { Logger } from '../../gateway/server/logger.ts';
import type { Metrics } from '../../gateway/server/metrics.ts';

/** Readers of the log see what was on it a second ago; past this, health says that they do not. */
const READ_MODEL_LAG_MS = 5_000;

interface FollowerOptions {
  db: Db;
  logger: Logger;
  /** Stands in for it (tests in which the read model must stand still). */
  follower?: Follower;
}

/** Starts what keeps the log's read model level with it, and shows in the metrics where it is. */
export function openFollower(
  { db, logger, follower: given }: FollowerOptions,
  { metrics, fresh }: { metrics: Metrics; fresh: FreshEntries },
): Follower {
  const report = (err: unknown) => logger.warn({ err }, 'the read model of the log does not follow');
  // Its delay is real time, whatever the city's clock says.
  const follower = given ?? followLog({ db, clock: Date.now, report, fresh });
  const { gauge } = metrics;
  gauge('xinqiao_audit_lag_seconds', 'How long the log’s read model has been behind it.', () => follower.state().lagMs / 1000);
  gauge('xinqiao_audit_entries_behind', 'Entries the log’s read model has not got.', () => Number(follower.state().behind));
  return follower;
}

/** Whether readers of the log see what is on it now. */
export function isLevel(follower: Pick<Follower, 'state'>): boolean {
  return follower.state().lagMs < READ_MODEL_LAG_MS;
}
