import { type DocumentNode, parse, validate } from 'graphql';
import { createExecution } from '../../gateway/execution/index.ts';
import { createRandom } from '../support/random.ts';
import { type Recognitions, recognizedAnswer } from '../support/recognized.ts';
import { wrongErrors } from './error-places.ts';
import { FEATURES, type Feature, featuresOf } from './features.ts';
import { oneServiceOf } from './one-service.ts';
import { randomFederation } from './random-federation.ts';
import { randomQuery } from './random-query.ts';
import { errors, sameData, STOCK_BUGS } from './stock-bugs.ts';
import { createStockExecution } from './stock-execution.ts';
import { subgraphOf, type Weather } from './subgraph-data.ts';

/** What a run of random operations found. */
export interface DifferentialRun {
  operations: number;
  /** Of those, the ones whose data one service was asked for too. */
  specified: number;
  /** Answers that differ from one service's, or from the stock executor's in a way that no listed bug explains. */
  faults: readonly string[];
  /** How many operations met each feature. */
  features: ReadonlyMap<Feature, number>;
  /** How often each bug of the stock executor showed. */
  bugs: ReadonlyMap<string, number>;
  /** Answers of subgraphs that passed unread. */
  recognitions: Recognitions;
}

const OPERATIONS_EACH = 30;
const WEATHER: readonly Omit<Weather, 'seed'>[] = [
  { nulls: 0, failures: 0, missing: 0 },
  { nulls: 0.1, failures: 0, missing: 0 },
  { nulls: 0.1, failures: 0.08, missing: 0 },
  { nulls: 0.1, failures: 0.05, missing: 0.1 },
];

/** Runs at least so many operations over random federations, each by three executors. */
export async function runDifferential({ operations, seed }: { operations: number; seed: number }): Promise<DifferentialRun> {
  const run: Running = {
    operations: 0,
    specified: 0,
    faults: [],
    bugs: new Map<string, number>(),
    recognitions: { recognized: 0, answers: 0 },
    features: new Map(FEATURES.map((feature) => [feature, 0])),
  };
  for (let federation = 0; run.operations < operations && run.faults.length < 10; federation++)
    await runFederation(seed + federation, run);
  return run;
}

interface Running extends DifferentialRun {
  faults: string[];
  bugs: Map<string, number>;
  features: Map<Feature, number>;
}

/** With everything in it read, what passed unread too. */
function inFull<Answer>(answer: Answer): Answer {
  return JSON.parse(JSON.stringify(answer)) as Answer;
}

async function runFederation(seed: number, run: Running) {
  const random = createRandom(seed);
  const { subgraphs, supergraphSdl, required } = randomFederation(random);
  const weather = { seed, ...random.pick(WEATHER) };
  const ask = Object.fromEntries(Object.entries(subgraphs).map(([name, sdl]) => [name, subgraphOf(sdl, weather)]));
  const execution = createExecution({
    supergraphSdl,
    transport: async (name, request) => recognizedAnswer(await ask[name]!(request), request, run.recognitions),
  });
  const oneService = oneServiceOf(execution.apiSchema, weather, required);
  // The stock executor refuses supergraphs with contexts.
  const stock = supergraphSdl.includes('specs.apollo.dev/context') ? undefined : await createStockExecution(supergraphSdl, ask);
  for (const { query, document, variables } of operations()) {
    run.operations++;
    const ours = inFull(await execution.execute({ document, variables, context: undefined }));
    for (const feature of featuresOf({ document, variables, schema: execution.apiSchema, supergraphSdl, answer: ours }))
      run.features.set(feature, (run.features.get(feature) ?? 0) + 1);
    const report = (what: string, other: unknown) =>
      run.faults.push(
        `${what}\nreplay: XINQIAO_DIFFERENTIAL_SEED=${seed} npm test -- test/differential\n${query}\n${JSON.stringify(variables)}\nours  ${JSON.stringify(ours)}\nother ${JSON.stringify(other)}`,
      );
    const specified = weather.missing === 0;
    if (specified) {
      run.specified++;
      const theirs = await oneService(document, variables);
      const wrong = wrongErrors(ours, theirs);
      if (JSON.stringify(theirs.data) !== JSON.stringify(ours.data)) report('one service answers otherwise', theirs);
      else if (wrong.length > 0) report(`one service has other errors: ${wrong.join(', ')}`, theirs);
    }
    if (stock === undefined) continue;
    const theirs = await stock
      .execute(document, variables)
      .catch((error: Error) => ({ data: null, errors: [{ message: error.message }] }));
    if (sameData(ours, theirs) && errors(ours).join() === errors(theirs).join()) continue;
    const bug = STOCK_BUGS.find(({ explains }) => explains({ document, supergraphSdl, ours, stock: theirs, specified }));
    if (bug === undefined) report('the stock executor answers otherwise', theirs);
    else run.bugs.set(bug.name, (run.bugs.get(bug.name) ?? 0) + 1);
  }
  await stock?.stop();

  function* operations(): Generator<{ query: string; document: DocumentNode; variables: Readonly<Record<string, unknown>> }> {
    for (let index = 0; index < OPERATIONS_EACH; index++) {
      const { query, variables } = randomQuery(execution.apiSchema, random);
      const document = parse(query);
      // What is invalid never reaches an executor.
      if (validate(execution.apiSchema, document).length === 0) yield { query, document, variables };
    }
  }
}
