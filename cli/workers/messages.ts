import type { MetricSeries } from '../../gateway/server/join-metrics.ts';

/** What a worker tells the primary. */
export type FromWorker =
  /** It answers, at this address. */
  | { kind: 'READY'; url: string }
  /** Somebody asked it for metrics: it wants those of all. */
  | { kind: 'SCRAPED'; id: number }
  /** Its own metrics, as the primary asked with this id. */
  | { kind: 'SERIES'; id: number; series: MetricSeries };

/** What the primary tells a worker. */
export type ToWorker =
  /** Answer with your `SERIES`. */
  | { kind: 'READ'; id: number }
  /** The text for the one who asked. */
  | { kind: 'EXPOSITION'; id: number; text: string };
