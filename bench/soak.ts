/**
 * `npm run bench:soak`: the gateway at 80 % of its measured capacity for `--minutes` (10): memory must not grow after the
 * warm-up and no query may fail. Exit code 0 when both hold, 1 when not.
 */
import { parseArgs } from 'node:util';
import { setTimeout } from 'node:timers/promises';
import { makeQuestion } from './city/question.ts';
import { load, quantile } from './harness/load.ts';
import { publish, type Verdict, atMost } from './harness/report.ts';
import { median, type Candidate } from './harness/rounds.ts';
import { CONTAINER_HEAP, openStage } from './harness/stage.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    json: { type: 'string' },
    results: { type: 'boolean', default: false },
  },
});
const MINUTES = Number(values.minutes);
if (!(MINUTES > 0)) throw new TypeError('--minutes takes a number above 0');

const QUESTION = makeQuestion({ subjects: 1, records: 5, bodies: 64 });
const SHARE = 0.8;
const IN_FLIGHT = 32;
/** An open load's clients: enough for a pause of the collector, few enough that a gateway that is stuck is seen. */
const MOST_IN_FLIGHT = 256;
const CAPACITY_MS = 10_000;
const SAMPLES = 60;
/** Caches fill and the collector finds its size first: the samples of this share of the time do not count. */
const WARM_UP_SHARE = 0.3;
/** Growth between the first and the last third of the counted samples that is the collector's breathing, in percent. */
const GROWTH_PERCENT = 5;

interface Sample {
  seconds: number;
  heapMegabytes: number;
  residentMegabytes: number;
}

const stage = await openStage('soak');
try {
  const gateway = await stage.runGateway('gateway', CONTAINER_HEAP);
  const common = { ...gateway, bodies: QUESTION.bodies };
  await load({ ...common, inFlight: IN_FLIGHT, milliseconds: CAPACITY_MS });
  await stage.settle();
  const capacity = await load({ ...common, inFlight: IN_FLIGHT, milliseconds: CAPACITY_MS });
  const perSecond = (SHARE * capacity.requests) / capacity.seconds;
  const milliseconds = MINUTES * 60_000;
  process.stderr.write(`${perSecond.toFixed(0)} requests/s for ${MINUTES} minutes …\n`);
  const loading = load({ ...common, inFlight: MOST_IN_FLIGHT, milliseconds, perSecond });
  const [done, samples] = await Promise.all([loading, sample(gateway, milliseconds)]);
  const verdicts = verdictsOf(samples);
  publish(
    {
      command: 'bench:soak',
      tables: [{ title: `${done.requests} queries at ${perSecond.toFixed(0)}/s, none failed`, rows: rowsOf(samples) }],
      verdicts,
      figures: { perSecond, requests: done.requests, p50Ms: quantile(done, 0.5), p99Ms: quantile(done, 0.99), samples },
    },
    { json: values.json, results: values.results, smoke: false },
  );
  if (!verdicts.every(({ met }) => met)) process.exitCode = 1;
} finally {
  await stage.close();
}

async function sample({ url, process: gateway }: Candidate, milliseconds: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  const begin = performance.now();
  for (let number = 1; number <= SAMPLES; number++) {
    await setTimeout(Math.max(0, begin + (number * milliseconds) / SAMPLES - performance.now()));
    const metrics = await (await fetch(new URL('/metrics', url))).text();
    const heap = Number(/^nodejs_heap_size_used_bytes (\S+)/m.exec(metrics)?.[1]);
    samples.push({
      seconds: Math.round((performance.now() - begin) / 1_000),
      heapMegabytes: heap / 1e6,
      residentMegabytes: gateway.residentBytes() / 1e6,
    });
  }
  return samples;
}

function verdictsOf(samples: readonly Sample[]): Verdict[] {
  const counted = samples.slice(Math.floor(samples.length * WARM_UP_SHARE));
  const third = Math.floor(counted.length / 3);
  const growth = (of: (sample: Sample) => number, settle: (values: number[]) => number) =>
    (settle(counted.slice(-third).map(of)) / settle(counted.slice(0, third).map(of)) - 1) * 100;
  const bound = { most: GROWTH_PERCENT, unit: ' %' };
  return [
    // What is left after a collection is what is held; between two of them the heap says how long ago the last one was.
    atMost(
      'growth of the heap’s floor',
      growth(
        ({ heapMegabytes }) => heapMegabytes,
        (values) => Math.min(...values),
      ),
      bound,
    ),
    atMost(
      'growth of resident memory',
      growth(({ residentMegabytes }) => residentMegabytes, median),
      bound,
    ),
  ];
}

function rowsOf(samples: readonly Sample[]): string[][] {
  const shown = samples.filter((_, index) => (index + 1) % (SAMPLES / 10) === 0);
  return [
    ['second', 'heap used MB', 'resident MB'],
    ...shown.map((each) => [String(each.seconds), each.heapMegabytes.toFixed(0), each.residentMegabytes.toFixed(0)]),
  ];
}
