import type { Clock } from '../../schema/city-clock.ts';
import type { Config } from '../config.ts';
import type { SchemaSource } from '../editions/edition.ts';
import type { RecordRejection } from '../record-rejection.ts';
import type { Flow } from './ask-flow.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import type { PersistedDocuments } from './persisted-query.ts';
import type { Readiness } from './readiness.ts';

/** What the HTTP server is put together from. */
export interface ServerOptions {
  flow: Flow;
  /** Puts on the log what is refused before the flow. */
  recordRejection: RecordRejection;
  schemas: SchemaSource;
  /** Registered documents, which may be asked by their hash. */
  persistedDocuments: PersistedDocuments;
  config: Pick<Config, 'environment' | 'host' | 'port' | 'operationsPort' | 'trustedProxies' | 'limits' | 'timeouts'>;
  logger: Logger;
  metrics: Metrics;
  /** Parts by name, and which of them the gateway cannot serve without. */
  readiness: { checks: Readiness; required: readonly string[] };
  clock: Clock;
}
