/**
 * `npm run bench:overload`: twice the queries that the gateway can answer, for `--seconds` (60; 600 is the ten minutes of the
 * aim): who is answered, who is refused, how soon, and how high memory rises. Exit code 1 when something else came back or
 * memory went past its bound.
 */
import { parseArgs } from 'node:util';
import { setTimeout } from 'node:timers/promises';
import { makeQuestion } from './city/question.ts';
import { type Flood, flood } from './harness/flood.ts';
import { load } from './harness/load.ts';
import { atMost, publish } from './harness/report.ts';
import { CONTAINER_HEAP, openStage } from './harness/stage.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    times: { type: 'string', default: '2' },
    json: { type: 'string' },
    results: { type: 'boolean', default: false },
  },
});
const SECONDS = Number(values.seconds);
const TIMES = Number(values.times);
if (!(SECONDS > 0 && TIMES > 0)) throw new TypeError('--seconds and --times take a number above 0');

const QUESTION = makeQuestion({ subjects: 1, records: 5, bodies: 64 });
const CAPACITY_IN_FLIGHT = 64;
const CAPACITY_MS = 8_000;
/** More than the gateway takes at a time, so that it is the gateway that refuses. */
const CLIENTS = 2_500;
const SAMPLE_MS = 500;
/** Queries in flight at some 100 KB each, and what a process needs before the first; far below what a leak would reach. */
const MOST_MEGABYTES = 1_024;

const stage = await openStage('overload');
try {
  const gateway = await stage.runGateway('gateway', CONTAINER_HEAP);
  const common = { url: gateway.url, headers: gateway.headers, bodies: QUESTION.bodies };
  await load({ ...common, inFlight: CAPACITY_IN_FLIGHT, milliseconds: CAPACITY_MS });
  await stage.settle();
  const capacity = await load({ ...common, inFlight: CAPACITY_IN_FLIGHT, milliseconds: CAPACITY_MS });
  const perSecond = (TIMES * capacity.requests) / capacity.seconds;
  process.stderr.write(`${perSecond.toFixed(0)} requests/s for ${SECONDS} s …\n`);
  let highest = gateway.process.residentBytes();
  const before = highest;
  const watching = new AbortController();
  const watched = (async () => {
    while (!watching.signal.aborted) {
      await setTimeout(SAMPLE_MS);
      highest = Math.max(highest, gateway.process.residentBytes());
    }
  })();
  const seen = await flood({ ...common, perSecond, milliseconds: SECONDS * 1_000, clients: CLIENTS });
  watching.abort();
  await watched;
  report(seen, { perSecond, before, highest });
} finally {
  await stage.close();
}

function report({ sent, answered, shed, others }: Flood, run: { perSecond: number; before: number; highest: number }): void {
  const strange = Object.entries(others).reduce((sum, [kind, count]) => (kind === 'not sent' ? sum : sum + count), 0);
  const highest = run.highest / 1e6;
  const verdicts = [
    atMost('answers that were neither given nor refused', strange, { most: 0, unit: '' }),
    atMost('resident memory', highest, { most: MOST_MEGABYTES, unit: ' MB' }),
  ];
  const line = (name: string, latencies: Float64Array) => [
    name,
    String(latencies.length),
    `${((100 * latencies.length) / sent).toFixed(1)} %`,
    at(latencies, 0.5).toFixed(0),
    at(latencies, 0.99).toFixed(0),
  ];
  publish(
    {
      command: 'bench:overload',
      tables: [
        {
          title: `${run.perSecond.toFixed(0)} queries/s, ${TIMES} times what it answers; memory ${(run.before / 1e6).toFixed(0)} → ${highest.toFixed(0)} MB at most`,
          rows: [
            ['outcome', 'queries', 'share', 'p50 ms', 'p99 ms'],
            line('answered', answered),
            line('refused, 503 with Retry-After', shed),
            ...Object.entries(others).map(([kind, count]) => [
              kind,
              String(count),
              `${((100 * count) / sent).toFixed(1)} %`,
              '',
              '',
            ]),
          ],
        },
      ],
      verdicts,
      figures: {
        ...run,
        sent,
        answered: answered.length,
        shed: shed.length,
        others,
        answeredP50Ms: at(answered, 0.5),
        answeredP99Ms: at(answered, 0.99),
        shedP50Ms: at(shed, 0.5),
        shedP99Ms: at(shed, 0.99),
      },
    },
    { json: values.json, results: values.results, smoke: false },
  );
  if (!verdicts.every(({ met }) => met)) process.exitCode = 1;
}

function at(latencies: Float64Array, share: number): number {
  return latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;
}
