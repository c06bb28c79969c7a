import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ErrorCode } from '../errors.ts';
import { type QueryLog, type QueryLogEntry, UNKNOWN_ACTOR } from '../querylog/entry.ts';
import { type DepartmentMetrics, departmentMetrics } from './department-metrics.ts';
import type { MetricSeries } from './join-metrics.ts';
import { LATENCY_BUCKETS } from './latency-buckets.ts';

/** Prometheus metrics. Labels are codes of closed sets only: no subject, organisation, operator, matter or request id. */
export interface Metrics extends DepartmentMetrics {
  /** Of the exposition text. */
  readonly contentType: string;
  /** The exposition text and its content type. */
  expose(): Promise<{ contentType: string; text: string }>;
  /** Every series with its values now, to be joined with other processes' ({@link joinMetrics}). */
  series(): Promise<MetricSeries>;
  /** Counts every entry of the log and times its append. */
  measured(queryLog: QueryLog): QueryLog;
  /** Counts a request that was refused before the flow, on the log or, when it was no request for GraphQL, off it. */
  countRejected(code: ErrorCode): void;
  observeHttp(observation: { method: string; status: number; seconds: number }): void;
  /** Reads a gauge at each exposition. */
  gauge(name: string, help: string, read: () => number): void;
}

/** A registry of its own, so that two servers in one process do not share counts. `processMetrics` adds Node's. */
export function createMetrics({ processMetrics = true }: { processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (processMetrics) collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const { queries, rejected, duration, append, http } = series(registers);

  function observe({ purpose, caller, decision, code, count = 1, durationMs }: QueryLogEntry): void {
    queries.inc({ purpose: purpose ?? 'NONE', actor: caller?.actor ?? UNKNOWN_ACTOR, decision, code: code ?? 'NONE' }, count);
    duration.observe({ purpose: purpose ?? 'NONE', decision }, durationMs / 1000);
  }

  return {
    contentType: registry.contentType,
    expose: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
    series: () => registry.getMetricsAsJSON(),
    measured: (queryLog) => ({
      async append(entry, alongside) {
        const end = append.startTimer();
        try {
          const receipt = await queryLog.append(entry, alongside);
          end({ outcome: 'DURABLE' });
          observe(entry);
          return receipt;
        } catch (error) {
          end({ outcome: 'FAILED' });
          throw error;
        }
      },
    }),
    ...departmentMetrics(registers),
    countRejected: (code) => rejected.inc({ code }),
    observeHttp: ({ method, status, seconds }) => http.observe({ method, status }, seconds),
    gauge(name, help, read) {
      const gauge: Gauge = new Gauge({ name, help, registers, collect: () => gauge.set(read()) });
    },
  };
}

function series(registers: Registry[]) {
  const seconds = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Histogram({ name: `xinqiao_${name}_seconds`, help, labelNames, buckets: LATENCY_BUCKETS, registers });
  return {
    queries: new Counter({
      name: 'xinqiao_queries_total',
      help: 'Queries on the log, by purpose, actor, decision and code.',
      labelNames: ['purpose', 'actor', 'decision', 'code'],
      registers,
    }),
    rejected: new Counter({
      name: 'xinqiao_rejected_requests_total',
      help: 'Requests refused before the flow, by code: malformed, invalid, too costly, overloaded.',
      labelNames: ['code'],
      registers,
    }),
    duration: seconds('query_duration', 'From arrival to the log entry.', ['purpose', 'decision']),
    append: seconds('log_append_duration', 'From handing an entry to the log to its receipt, or to the failure.', ['outcome']),
    http: seconds('http_duration', 'HTTP requests for GraphQL, by status.', ['method', 'status']),
  };
}
