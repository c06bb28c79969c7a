import { AggregatorRegistry, type Registry } from 'prom-client';

/** A process's series as plain data, which travels between processes. */
export type MetricSeries = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/**
 * The exposition text of several processes. Every series is kept and says by its label `worker` whose it is: a sum would fall when
 * a worker is replaced, which Prometheus takes for a counter that began anew, and counts twice what the others had.
 */
export function joinMetrics(seriesOf: ReadonlyMap<string, MetricSeries>): Promise<string> {
  const labelled = [...seriesOf].map(([worker, series]) =>
    series.map((metric) => ({
      ...metric,
      // No two values have the same labels, so there is nothing to aggregate; but some metrics ask to be left out.
      aggregator: 'first',
      values: metric.values.map((value) => ({ ...value, labels: { ...value.labels, worker } })),
    })),
  );
  return AggregatorRegistry.aggregate(labelled).metrics();
}
