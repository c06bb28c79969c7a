import type { Db } from '../../database/db.ts';
import type { Acts } from '../../gateway/acts/acts.ts';
import { logReading } from '../../gateway/audit/log-reading.ts';
import { followAuthorizations } from '../../gateway/authorizations/follow-authorizations.ts';
import type { Config } from '../../gateway/config.ts';
import { workExports } from '../../gateway/exports/work-exports.ts';
import { type Notifier, startNotifier } from '../../gateway/notifications/notify.ts';
import { followWidening, type ReopeningOptions } from '../../gateway/operations/reopen-widened.ts';
import type { FreshEntries } from '../../gateway/querylog/fresh-entries.ts';
import { SUITE } from '../../gateway/querylog/suite.ts';
import { followReview } from '../../gateway/review/follow-review.ts';
import { readSealKeys } from '../../gateway/sealed/seal-keys.ts';
import type { Secrets } from '../../gateway/secrets.ts';
import type { Logger } from '../../gateway/server/logger.ts';
import type { Metrics } from '../../gateway/server/metrics.ts';
import type { PolicySet } from '../../policies/policy-set.ts';
import type { Clock } from '../../schema/city-clock.ts';
import { findLooks } from '../../subgraphs/querylog/find-looks.ts';

/** Milliseconds that the city's message platform has for an answer. */
const HOOK_TIMEOUT_MS = 10_000;

interface City {
  config: Config;
  db: Db;
  logger: Logger;
}

interface BackgroundParts {
  metrics: Metrics;
  secrets: Pick<Secrets, 'sealKey' | 'logKey'>;
  policies: { current(): PolicySet };
  acts: Acts;
  /** What is registered, and what it is held against. */
  operations: ReopeningOptions['operations'];
  rules: ReopeningOptions['rules'];
  fresh: FreshEntries;
  clock: Clock;
}

/**
 * Starts what a gateway does beside answering: it reviews the log, ends authorizations whose time is over, reopens registered
 * operations that would show more, makes exports and tells subjects of looks. Closing waits for the piece under way.
 */
export function openBackgroundWork(city: City, parts: BackgroundParts) {
  const { config, db, logger } = city;
  const { secrets, policies, acts, fresh, clock } = parts;
  const told = (message: string) => (err: unknown) => logger.warn({ err }, message);
  const origin = config.logOrigin;
  const keys = readSealKeys(secrets.sealKey);
  const works = [
    followReview({ db, policies, report: told('the log is not reviewed'), fresh }),
    followAuthorizations({ db, acts, clock, report: told('authorizations are not looked after') }),
    followWidening({ ...parts, report: told('what would disclose more is not reopened') }),
    workExports({ db, origin, keys, find: findLooks, clock, report: told('exports of the log are not made') }),
    ...(config.notify === undefined ? [] : [openNotifier(city, { ...parts, notify: config.notify })]),
  ];
  return {
    async close(): Promise<void> {
      await Promise.all(works.map((work) => work.close()));
    },
  };
}

function openNotifier(
  { config, db, logger }: City,
  { metrics, secrets, policies, fresh, clock, notify }: BackgroundParts & { notify: NonNullable<Config['notify']> },
): Notifier {
  const origin = config.logOrigin;
  const { sealOf, purposeName } = logReading({ db, origin, policies, clock });
  const notifier = startNotifier({
    db,
    origin,
    hook: { url: notify.url, key: SUITE.privateKey(secrets.logKey), timeoutMs: HOOK_TIMEOUT_MS },
    mostAttempts: notify.attempts,
    opensOn: (look) => sealOf(look)?.unsealsOn ?? null,
    purposeName,
    clock,
    random: Math.random,
    fresh,
    report: (err) => logger.warn({ err }, 'subjects are not told of looks'),
  });
  metrics.gauge('xinqiao_notifications_pending', 'Messages to subjects that wait.', () => notifier.outbox().pending);
  metrics.gauge('xinqiao_notifications_dead', 'Messages to subjects that were given up.', () => notifier.outbox().dead);
  return notifier;
}
