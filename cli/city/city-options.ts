import type { Db } from '../../database/db.ts';
import type { Follower } from '../../gateway/audit/follow-log.ts';
import type { Config } from '../../gateway/config.ts';
import type { DepartmentTransport } from '../../gateway/execution/department-transport.ts';
import type { Gateway } from '../../gateway/flow.ts';
import type { Flow } from '../../gateway/server/ask-flow.ts';
import type { Logger } from '../../gateway/server/logger.ts';
import type { Metrics } from '../../gateway/server/metrics.ts';
import type { Clock } from '../../schema/city-clock.ts';
import type { Department } from '../../schema/signed-context.ts';

/** What a city is put together from; tests and benchmarks replace parts of it. */
export interface CityOptions {
  config: Config;
  /** Migrated; holds the query log and every department without an address of its own. */
  db: Db;
  logger: Logger;
  clock?: Clock;
  /** Processes of this gateway, this one included (default 1). */
  processes?: number;
  /** Replaces this process's metrics (workers, which answer for all). */
  metrics?: Metrics;
  /** Replaces the way to a department (tests that watch or break it). */
  transport?: (department: Department, usual: DepartmentTransport) => DepartmentTransport;
  /** Replaces the flow (benchmarks that leave stages out). */
  flow?: (stages: Gateway) => Flow;
  /** Replaces what keeps the log's read model level with it (tests in which it must stand still). */
  follower?: Follower;
}
