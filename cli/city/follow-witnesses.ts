import type { Db } from '../../database/db.ts';
import type { Config } from '../../gateway/config.ts';
import { parseVerifierKey } from '../../gateway/querylog/signed-note.ts';
import type { Logger } from '../../gateway/server/logger.ts';
import type { Metrics } from '../../gateway/server/metrics.ts';
import {
  type CosignatureCollector,
  createCosignatureCollector,
  type WitnessState,
} from '../../gateway/witness/collect-cosignatures.ts';
import type { Clock } from '../../schema/city-clock.ts';

/** Brings the checkpoints of a city's log to its witnesses, and tells operators how they stand: application log and two gauges. */
export function followWitnesses(
  { config, db, logger }: { config: Config; db: Db; logger: Logger },
  { metrics, clock }: { metrics: Metrics; clock: Clock },
): CosignatureCollector {
  const witnesses = config.logWitnesses.map(({ url, verifierKey }) => ({ url, key: parseVerifierKey(verifierKey) }));
  const collector = createCosignatureCollector({
    db,
    witnesses,
    clock,
    report(news) {
      if (news.state === 'ALARM') logger.fatal(news, 'FORK ALARM: a witness has seen what the query log does not continue');
      else if (news.state === 'FOLLOWING') logger.info(news, 'a witness cosigns the query log');
      else logger.warn(news, 'a witness does not cosign the query log');
    },
  });
  const count = (test: (state: WitnessState) => boolean) => Object.values(collector.states()).filter(test).length;
  metrics.gauge('xinqiao_log_witnesses_missing', 'Witnesses that do not cosign the log now.', () =>
    count((state) => state !== 'FOLLOWING'),
  );
  metrics.gauge('xinqiao_log_witness_alarms', 'Witnesses that have seen another history of the log.', () =>
    count((state) => state === 'ALARM'),
  );
  return collector;
}
