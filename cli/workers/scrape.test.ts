import { beforeEach, expect, test } from 'vitest';
import { createMetrics, type Metrics } from '../../gateway/server/metrics.ts';
import { answerForAll } from './answer-for-all.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { createScrapes } from './scrape.ts';

/** Workers and a primary in one process, joined as over their channels. */
let workers: Map<number, { metrics: Metrics; send(message: ToWorker): void }>;
let timers: { work: () => void; ms: number }[];
/** Workers that say nothing. */
let mute: Set<number>;

beforeEach(() => {
  workers = new Map();
  timers = [];
  mute = new Set();
  const primary = createMetrics({ processMetrics: false });
  primary.gauge('xinqiao_worker_deaths', 'Deaths.', () => 3);
  const scrapes = createScrapes({
    serving: () => workers,
    own: primary.series,
    later(work, ms) {
      const timer = { work, ms };
      timers.push(timer);
      return () => void (timers = timers.filter((other) => other !== timer));
    },
  });
  for (const number of [1, 2]) {
    const own = createMetrics({ processMetrics: false });
    own.gauge('xinqiao_in_flight_queries', 'In flight.', () => number * 10);
    const listeners: ((message: ToWorker) => void)[] = [];
    const channel = {
      send: (message: Exclude<FromWorker, { kind: 'READY' }>) => void (mute.has(number) || scrapes.take(number, message, worker)),
      listen: (listener: (message: ToWorker) => void) => void listeners.push(listener),
    };
    // As between processes: copied, and later.
    const worker = {
      metrics: answerForAll(own, channel),
      send: (message: ToWorker) => void setImmediate(() => listeners.forEach((hear) => hear(structuredClone(message)))),
    };
    workers.set(number, worker);
  }
});

const scrape = async (worker: number) => (await workers.get(worker)!.metrics.expose()).text;
const ALL = [
  'xinqiao_worker_deaths{worker="primary"} 3',
  'xinqiao_in_flight_queries{worker="1"} 10',
  'xinqiao_in_flight_queries{worker="2"} 20',
];
const valuesIn = (text: string) => text.split('\n').filter((line) => line.startsWith('xinqiao_'));

test('whichever worker is scraped answers with the metrics of all and of the primary', async () => {
  expect(valuesIn(await scrape(1))).toEqual(ALL);
  expect(valuesIn(await scrape(2))).toEqual(ALL);
  expect(timers).toEqual([]);
});

test('scrapes at the same time do not mix', async () => {
  const texts = await Promise.all([scrape(1), scrape(2), scrape(1)]);
  expect(texts.map(valuesIn)).toEqual([ALL, ALL, ALL]);
});

test('a worker that does not answer within a second is left out, and may answer too late', async () => {
  mute.add(2);
  const text = scrape(1);
  // The first worker's answer takes a turn or two.
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  expect(timers).toMatchObject([{ ms: 1_000 }]);
  timers[0]!.work();
  expect(valuesIn(await text)).toEqual([ALL[0], ALL[1]]);
  mute.delete(2);
  expect(valuesIn(await scrape(2))).toEqual(ALL);
});

test('a worker that is scraped before the primary knows that it answers is answered all the same', async () => {
  const [first, second] = [...workers.values()];
  workers.clear();
  expect(valuesIn((await first!.metrics.expose()).text)).toEqual([ALL[0]]);
  workers.set(2, second!);
  expect(valuesIn((await first!.metrics.expose()).text)).toEqual([ALL[0], ALL[2]]);
});

test('keeps what the worker counts itself', async () => {
  const { metrics } = workers.get(2)!;
  metrics.countRejected('OVERLOADED');
  expect(await scrape(1)).toContain('xinqiao_rejected_requests_total{code="OVERLOADED",worker="2"} 1');
});
