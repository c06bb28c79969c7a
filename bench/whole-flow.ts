/**
 * `npm run bench`: the whole flow with everything on beside other gateways and beside a hand-written proxy, over the same
 * departments; answers must be the same before anything is measured. The contender has a core to itself; departments,
 * database and load share another.
 */
import { fileURLToPath } from 'node:url';
import { readFileSync } from 'node:fs';
import { loadSupergraph } from '../gateway/execution/compiled/supergraph.ts';
import { makeQuestion, type Question } from './city/question.ts';
import { readSupergraph } from './city/supergraph.ts';
import { FIRST_DOOR, GATEWAY, HIVE, LIMIT, startContenders, STOCK, UNDICI } from './contenders/all.ts';
import { askOnce } from './harness/load.ts';
import { readOptions } from './harness/options.ts';
import { publish, atLeast, type Report, type Verdict } from './harness/report.ts';
import { type Candidate, type Figures, interleave } from './harness/rounds.ts';
import { openStage } from './harness/stage.ts';
import { assertSame, createMaskLike } from './harness/same-answers.ts';

const QUESTIONS = {
  one: makeQuestion({ subjects: 1, records: 5, bodies: 64 }),
  fifty: makeQuestion({ subjects: 50, records: 5, bodies: 16 }),
  batch: makeQuestion({ subjects: 200, records: 1, bodies: 5 }),
};
const MASKS = readFileSync(fileURLToPath(new URL('../policies/masks.yaml', import.meta.url)), 'utf8');

interface Scenario {
  title: string;
  question: Question;
  inFlight: number;
  /** Requests that warm each contender up. */
  warmUp: number;
  /** Everybody when left out. */
  only?: readonly string[];
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  one: { title: 'One subject, 5 departments × 5 records × 8 scalars', question: QUESTIONS.one, inFlight: 32, warmUp: 16_000 },
  fifty: { title: '50 subjects, 5 departments × 5 records × 8 scalars', question: QUESTIONS.fifty, inFlight: 8, warmUp: 3_000 },
  batch: { title: '200 subjects × 6 departments, 1 record each', question: QUESTIONS.batch, inFlight: 6, warmUp: 2_000 },
  joined64: { title: 'One subject', question: QUESTIONS.one, inFlight: 64, warmUp: 5_000, only: [GATEWAY, LIMIT] },
  joined128: { title: 'One subject', question: QUESTIONS.one, inFlight: 128, warmUp: 5_000, only: [GATEWAY, LIMIT] },
};

const options = readOptions();
const stage = await openStage('flow');
try {
  const candidates = await startContenders(stage, QUESTIONS);
  const answerBytes: Record<string, number> = {};
  for (const [name, question] of Object.entries(QUESTIONS)) answerBytes[name] = await assertAllAnswer(question, candidates);
  await stage.settle();
  const measured: Record<string, Record<string, Figures>> = {};
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    process.stderr.write(`${scenario.title}, ${scenario.inFlight} in flight …\n`);
    const taking = candidates.filter((candidate) => scenario.only?.includes(candidate.name) ?? true);
    const { bodies } = scenario.question;
    try {
      const warmUp = options.smoke ? 0 : scenario.warmUp;
      measured[name] = Object.fromEntries(await interleave(taking, { ...options, bodies, ...scenario, warmUp }));
    } catch (error) {
      // One wrong answer spoils its scenario; what the others took minutes to measure is told all the same.
      process.stderr.write(`not measured: ${String(error)}\n`);
      process.exitCode = 1;
    }
  }
  // What was asked often takes shorter ways than what was asked first.
  for (const question of Object.values(QUESTIONS)) await assertAllAnswer(question, candidates);
  publish(reportOf(measured, answerBytes), options);
} finally {
  await stage.close();
}

/** Whether everybody answers a question alike, masks aside; the answer's bytes. */
async function assertAllAnswer({ text, bodies }: Question, candidates: readonly Candidate[]): Promise<number> {
  const supergraphSdl = readSupergraph();
  const { apiSchema } = loadSupergraph(supergraphSdl);
  const maskLike = createMaskLike({ supergraphSdl, apiSchema, masksYaml: MASKS, query: text });
  const [gateway, ...others] = candidates;
  for (const body of bodies.slice(0, 2)) {
    const governed = await askOnce({ ...gateway!, body });
    for (const other of others) {
      const answer = await askOnce({ ...other, headers: other.headersOf?.(-1) ?? other.headers, body });
      // Behind another door the flow is the same, and has masked already.
      assertSame(other.name, answer, { governed, maskLike: other.name === FIRST_DOOR ? ({ data }) => data : maskLike });
    }
  }
  return JSON.stringify((await askOnce({ ...gateway!, body: bodies[0]! })).data).length;
}

function reportOf(measured: Record<string, Record<string, Figures>>, answerBytes: Record<string, number>): Report {
  return {
    command: 'bench',
    tables: Object.entries(measured).map(([name, figures]) => ({
      title: `${SCENARIOS[name]!.title}, ${SCENARIOS[name]!.inFlight} in flight`,
      rows: rowsOf(figures),
    })),
    verdicts: [...verdictsOf(measured), ...unmeasured(measured)],
    figures: { answerBytes, ...measured },
  };
}

function rowsOf(figures: Record<string, Figures>): string[][] {
  const base = figures[STOCK] ?? figures[LIMIT]!;
  const heading = [
    'contender',
    'req/s',
    `× ${figures[STOCK] ? 'stock' : 'limit'}`,
    'CPU ms/req',
    'less CPU',
    'core busy',
    'p50 ms',
    'p99 ms',
  ];
  const rows = Object.entries(figures).map(([name, each]) => [
    name,
    each.requestsPerSecond.toFixed(0),
    (each.requestsPerSecond / base.requestsPerSecond).toFixed(2),
    each.cpuMsPerRequest.toFixed(3),
    `${(base.cpuMsPerRequest / each.cpuMsPerRequest).toFixed(2)}×`,
    `${(each.busy * 100).toFixed(0)} %`,
    each.p50Ms.toFixed(1),
    each.p99Ms.toFixed(1),
  ]);
  return [heading, ...rows];
}

function verdictsOf({ one, fifty, joined64, joined128 }: Record<string, Record<string, Figures>>): Verdict[] {
  const compare = (aim: string, figures: Record<string, Figures> | undefined, rival: string, least: number) => {
    const [ours, theirs] = [figures?.[GATEWAY], figures?.[rival]];
    if (!ours || !theirs) return [];
    return [
      atLeast(`${aim}, req/s`, ours.requestsPerSecond / theirs.requestsPerSecond, least),
      atLeast(`${aim}, CPU`, theirs.cpuMsPerRequest / ours.cpuMsPerRequest, least),
    ];
  };
  return [
    ...compare('one subject: stock', one, STOCK, 8),
    ...compare('one subject: undici', one, UNDICI, 2),
    ...compare('one subject: Hive Rust', one, HIVE, 6),
    ...compare('one subject: limit', one, LIMIT, 0.75),
    ...secondDoor(one),
    ...compare('50 subjects: stock', fifty, STOCK, 4),
    ...compare('50 subjects: limit', fifty, LIMIT, 0.8),
    ...compare('64 in flight: limit', joined64, LIMIT, 1),
    ...compare('128 in flight: limit', joined128, LIMIT, 1),
  ];
}

function unmeasured(measured: Record<string, unknown>): Verdict[] {
  return Object.entries(SCENARIOS).flatMap(([name, { title, inFlight }]) =>
    name in measured ? [] : { aim: `${title}, ${inFlight} in flight`, seen: 'an answer was none', met: false },
  );
}

/** Whether the door for documents that Apollo Server has seen before pays. */
function secondDoor(one: Record<string, Figures> | undefined): Verdict[] {
  const [second, first] = [one?.[GATEWAY], one?.[FIRST_DOOR]];
  return first && second ? [atLeast('the second door gains, CPU', first.cpuMsPerRequest / second.cpuMsPerRequest, 1.3)] : [];
}
