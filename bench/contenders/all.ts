import type { Question } from '../city/question.ts';
import { installRivals } from '../harness/install-rivals.ts';
import type { Candidate } from '../harness/rounds.ts';
import type { ContenderSettings } from '../harness/settings.ts';
import type { Stage } from '../harness/stage.ts';

/** The whole flow with everything on, as operators start it. */
export const GATEWAY = 'Xinqiao, everything on';
/** The same process, asked in a way that only Apollo Server answers. */
export const FIRST_DOOR = 'Xinqiao, everything on, through Apollo Server';
export const STOCK = 'Apollo gateway, as shipped';
export const UNDICI = 'Apollo gateway, undici pool';
export const HIVE = 'Hive Gateway, Rust planner';
export const LIMIT = 'hand-written proxy (the limit)';

/** Everybody else, by the script that makes them and the variant it is told. */
const OTHERS = [
  { name: 'Xinqiao, bare execution', script: 'staged.ts', variant: 'bare' },
  { name: STOCK, script: 'stock.ts', variant: 'shipped' },
  { name: UNDICI, script: 'stock.ts', variant: 'undici' },
  { name: 'Hive Gateway, JavaScript planner', script: 'hive.ts', variant: 'js' },
  { name: HIVE, script: 'hive.ts', variant: 'rust' },
  { name: LIMIT, script: 'limit.ts', variant: '' },
] as const;

/** Starts every contender; the whole flow is the first. */
export async function startContenders(stage: Stage, questions: Readonly<Record<string, Question>>): Promise<Candidate[]> {
  installRivals();
  const gateway = await stage.runGateway(GATEWAY);
  const candidates: Candidate[] = [gateway, { ...gateway, name: FIRST_DOOR, headersOf: throughApollo(gateway) }];
  for (const other of OTHERS) candidates.push(await startContender(stage, { ...other, questions }));
  return candidates;
}

/** What a client accepts is told anew each time: the second door leaves it to Apollo Server to choose a media type for it. */
function throughApollo({ headers }: Candidate): (request: number) => Record<string, string> {
  return (request) => ({ ...headers, accept: `application/json, application/json;request=${request}` });
}

/** Starts one contender of a script in this folder. */
export async function startContender(
  stage: Stage,
  options: { name: string; script: string; variant: string; questions: Readonly<Record<string, Question>> },
): Promise<Candidate> {
  const { name, script, variant } = options;
  const questions = Object.fromEntries(
    Object.entries(options.questions).map(([name, { text, parts, isList }]) => [name, { text, parts, isList }]),
  );
  const isOurs = script === 'staged.ts';
  const settings: ContenderSettings = { addresses: stage.addresses, variant, questions };
  const process = await stage.run<{ url: string }>({
    script: new URL(script, import.meta.url),
    env: {
      ...stage.environment,
      ...(isOurs && { DATABASE_URL: await stage.anotherDatabase() }),
      PORT: '0',
      NODE_NO_WARNINGS: '1',
      BENCH_CONTENDER: JSON.stringify(settings),
    },
  });
  // A gateway that asks for no token must not be told one: reading it would be work that others do not have.
  return { name, process, url: process.message.url, headers: isOurs ? stage.headers : {} };
}
