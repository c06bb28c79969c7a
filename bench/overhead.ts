/**
 * `npm run bench:overhead`: what each stage of the flow adds to bare execution, in the same server over the same departments and each on a
 * database of its own:
 * token, purpose, disclosure, masks, log, switched on one after the other.
 */
import { makeQuestion } from './city/question.ts';
import { startContender } from './contenders/all.ts';
import { STAGES } from './contenders/staged-flow.ts';
import { readOptions } from './harness/options.ts';
import { askOnce } from './harness/load.ts';
import { atMost, publish, type Report } from './harness/report.ts';
import { type Candidate, type Figures, interleave } from './harness/rounds.ts';
import { openStage } from './harness/stage.ts';

const QUESTION = makeQuestion({ subjects: 1, records: 5, bodies: 64 });
const IN_FLIGHT = 32;
const WARM_UP = 16_000;

// Stages differ by less than rounds do: it takes more of them.
const options = readOptions({ rounds: 11, roundMs: 2_000 });
const stage = await openStage('overhead');
try {
  const candidates: Candidate[] = [];
  for (const name of STAGES)
    candidates.push(await startContender(stage, { name, script: 'staged.ts', variant: name, questions: {} }));
  for (const candidate of candidates) await askOnce({ ...candidate, body: QUESTION.bodies[0]! });
  await stage.settle();
  const warmUp = options.smoke ? 0 : WARM_UP;
  publish(reportOf(await interleave(candidates, { ...options, bodies: QUESTION.bodies, inFlight: IN_FLIGHT, warmUp })), options);
} finally {
  await stage.close();
}

function reportOf(figures: ReadonlyMap<string, Figures>): Report {
  const all = [...figures];
  const bare = all[0]![1];
  const whole = all.at(-1)![1];
  const share = (one: Figures, other: Figures) => (one.cpuMsPerRequest / other.cpuMsPerRequest - 1) * 100;
  const rows = all.map(([name, each], index) => [
    index === 0 ? 'bare execution' : `+ ${name}`,
    each.requestsPerSecond.toFixed(0),
    each.cpuMsPerRequest.toFixed(3),
    index === 0 ? '' : ((each.cpuMsPerRequest - all[index - 1]![1].cpuMsPerRequest) * 1_000).toFixed(0),
    `${share(each, bare).toFixed(0)} %`,
    `${(each.busy * 100).toFixed(0)} %`,
  ]);
  return {
    command: 'bench:overhead',
    tables: [
      {
        title: `One subject, 5 departments × 5 records × 8 scalars, ${IN_FLIGHT} in flight`,
        rows: [['stages', 'req/s', 'CPU ms/req', 'adds µs', 'over bare', 'core busy'], ...rows],
      },
    ],
    verdicts: [atMost('all stages on top of bare execution, CPU', share(whole, bare), { most: 25, unit: ' %' })],
    figures: Object.fromEntries(all),
  };
}
