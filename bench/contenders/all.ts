import type { Question } from '../city/question.ts';
import { makeDatabase } from '../harness/database.ts';
import { departmentVariables, freePort, makeGatewayFiles } from '../harness/gateway.ts';
import { installRivals } from '../harness/install-rivals.ts';
import { type Contender, cores, pin, start } from '../harness/process.ts';
import type { Candidate } from '../harness/rounds.ts';
import type { ContenderSettings } from '../harness/settings.ts';

/** Everybody who is measured, ready to answer. */
export interface Contenders {
  /** The whole flow is the first. */
  candidates: readonly Candidate[];
  /** Pins what was opened since the start; call it once everybody has answered. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

const SUBJECT_KEY = 'bench-subject-key-0123456789abcdef0123456789abcdef';
/** Other gateways, by the script that makes them and the variant it is told. */
const RIVALS = [
  { name: 'Apollo gateway, as shipped', script: 'stock.ts', variant: 'shipped' },
  { name: 'Apollo gateway, undici pool', script: 'stock.ts', variant: 'undici' },
  { name: 'Hive Gateway, JavaScript planner', script: 'hive.ts', variant: 'js' },
  { name: 'Hive Gateway, Rust planner', script: 'hive.ts', variant: 'rust' },
  { name: 'hand-written proxy (the limit)', script: 'limit.ts', variant: '' },
] as const;

/** Starts departments, a database and every contender, each pinned. What was started is stopped when one of them fails. */
export async function startContenders(questions: Readonly<Record<string, Question>>): Promise<Contenders> {
  const started: (() => Promise<void> | void)[] = [];
  const stop = async () => {
    for (const end of started.reverse()) await end();
  };
  const running = async <C extends Contender>(starting: Promise<C>): Promise<C> => {
    const contender = await starting;
    started.push(() => contender.stop());
    return contender;
  };
  try {
    installRivals();
    const { contender: core, others } = cores();
    pin(process.pid, others);
    const database = await makeDatabase('flow');
    started.push(() => database.drop());
    const files = makeGatewayFiles(SUBJECT_KEY);
    started.push(() => files.remove());
    const script = new URL('../city/stub-departments.ts', import.meta.url);
    const departments = await running(
      start<Record<string, string>>({ script, env: { XINQIAO_SUBJECT_KEY: SUBJECT_KEY }, core: others }),
    );
    const addresses = departments.message;
    const gateway = await running(
      startGateway({ ...files.environment, DATABASE_URL: database.url, ...departmentVariables(addresses) }, core),
    );
    const candidates: Candidate[] = [
      { name: 'Xinqiao, everything on', process: gateway, url: gateway.message.url, headers: files.headers },
    ];
    for (const { name, script, variant } of RIVALS) {
      const settings: ContenderSettings = { addresses, variant, questions: withoutBodies(questions) };
      const rival = await running(
        start<{ url: string }>({
          script: new URL(script, import.meta.url),
          env: { NODE_ENV: 'production', NODE_NO_WARNINGS: '1', BENCH_CONTENDER: JSON.stringify(settings) },
          core,
        }),
      );
      candidates.push({ name, process: rival, url: rival.message.url, headers: {} });
    }
    return { candidates, stop, settle: () => database.pin(others) };
  } catch (error) {
    await stop();
    throw error;
  }
}

function withoutBodies(questions: Readonly<Record<string, Question>>): ContenderSettings['questions'] {
  return Object.fromEntries(Object.entries(questions).map(([name, { text, parts, isList }]) => [name, { text, parts, isList }]));
}

/** The same command that operators run. */
async function startGateway(environment: Readonly<Record<string, string>>, core: number | undefined) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const contender = await start<undefined>({
    script: new URL('../../cli/bin.js', import.meta.url),
    args: ['start', '--empty'],
    env: { ...environment, PORT: String(port) },
    core,
    readyAt: `${url}/health/ready`,
  });
  return { ...contender, message: { url: `${url}/graphql` } };
}
