import { joinMetrics, type MetricSeries } from '../../gateway/server/join-metrics.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/** Less than a scrape's usual patience (10 s), more than a busy worker takes for one turn. */
const PATIENCE_MS = 1_000;

/** What scrapes are answered from. */
export interface ScrapesOptions {
  /** The workers that answer now, by number. */
  serving(): ReadonlyMap<number, { send(message: ToWorker): void }>;
  /** The primary's own. */
  own(): Promise<MetricSeries>;
  /** Does the work once after so many milliseconds, unless what it answered with is called before. */
  later(work: () => void, ms: number): () => void;
}

/** Gathers the metrics of all workers for the one that was scraped. */
export interface Scrapes {
  /** Takes what workers say about metrics. Whoever asked is answered within a second, without those who did not answer by then. */
  take(worker: number, message: Exclude<FromWorker, { kind: 'READY' }>, from: { send(message: ToWorker): void }): void;
}

/** The primary's side; {@link answerForAll} is the worker's. */
export function createScrapes({ serving, own, later }: ScrapesOptions): Scrapes {
  const underWay = new Map<number, (worker: number, series: MetricSeries) => void>();
  let reads = 0;

  function readAll(): Promise<Map<string, MetricSeries>> {
    const id = ++reads;
    const asked = serving();
    const read = new Map<string, MetricSeries>();
    return new Promise((resolve) => {
      const finish = () => {
        cancel();
        underWay.delete(id);
        resolve(read);
      };
      const cancel = later(finish, PATIENCE_MS);
      underWay.set(id, (worker, series) => {
        read.set(String(worker), series);
        if (read.size === asked.size) finish();
      });
      // A worker may be scraped before it has said that it is ready.
      if (asked.size === 0) finish();
      for (const worker of asked.values()) worker.send({ kind: 'READ', id });
    });
  }

  async function exposition(): Promise<string> {
    const [primary, workers] = await Promise.all([own(), readAll()]);
    return joinMetrics(new Map([['primary', primary], ...[...workers].toSorted()]));
  }

  return {
    take(worker, message, from) {
      const { id } = message;
      if (message.kind === 'SERIES') underWay.get(id)?.(worker, message.series);
      else void exposition().then((text) => from.send({ kind: 'EXPOSITION', id, text }));
    },
  };
}
