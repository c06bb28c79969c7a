/**
 * The review rules over a made-up year of an office, in which some people do what they must not: how much of the access explains
 * itself, how many of the planted incidents are found, how many alerts there are to read, and how fast it goes.
 */
import { performance } from 'node:perf_hooks';
import { argv } from 'node:process';
import { policies } from '../policies/policies.fixture.ts';
import { scoreOf } from '../test/support/office/score.ts';
import { syntheticLog } from '../test/support/office/synthetic-log.ts';

const quick = argv.includes('--quick');
const seed = argv.find((argument) => argument.startsWith('--seed='))?.slice('--seed='.length) ?? 'year';
const log = syntheticLog({
  seed,
  from: '2026-01-01',
  days: 365,
  looksPerWorkingDay: quick ? 490 : 4_850,
  incidents: 200,
  calendar: policies.source.review.calendar,
});
const score = scoreOf(log, { policy: policies, clock: () => performance.now() });
const kinds = Object.entries(score.kinds).sort(([a], [b]) => (a < b ? -1 : 1));
const total = (of: (one: (typeof kinds)[number][1]) => number) => kinds.reduce((sum, [, one]) => sum + of(one), 0);
const percent = (part: number, whole: number) => `${((part / whole) * 100).toFixed(2)} %`;

process.stdout.write('kind                     planted  found  alerts  of nothing planted\n');
for (const [kind, { planted, found, alerts, wrong }] of kinds)
  process.stdout.write(
    `${kind.padEnd(24)}${[planted, found, alerts].map((n) => String(n).padStart(8)).join('')}${String(wrong).padStart(12)}\n`,
  );
const planted = total((one) => one.planted);
const found = total((one) => one.found);
const alerts = total((one) => one.alerts);
process.stdout.write(`
entries        ${score.entries} (${score.accesses} accesses)
explained      ${percent(score.accesses - score.unexplained, score.accesses)}   (aim: 99 % at least)
found          ${found} of ${planted}, ${percent(found, planted)}   (aim: 95 % at least)
alerts         ${((alerts / score.entries) * 1_000).toFixed(2)} per 1,000 entries   (aim: 1 at most)
speed          ${Math.round(score.entries / (score.tookMs / 1_000))} entries/s
`);
