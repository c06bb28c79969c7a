import { clientVariable } from './plan-variables.ts';
import { recognitionOf } from '../passages/recognize.ts';
import { compileContexts } from './contextual-arguments.ts';
import { joinAll, type JoinedObject, objectsAt, placesAt, type PlanPath } from './joined-data.ts';
import { compileRepresentation, type Represent } from './representation.ts';
import type { RequiredFetch } from './required-fetches.ts';
import { compileRewrites, type Rewrite } from './rewrites.ts';
import type { Run, Step, SubgraphError, SubgraphRequest } from './run.ts';
import { readAnswer, type ReadAnswer } from './subgraph-answer.ts';
import { type Place, type Represented, representationKey } from './shared-representations.ts';
import type { LoadedSupergraph } from './supergraph.ts';
import { isRecord } from '../../../schema/is-record.ts';

/** What one fetch of a plan is compiled to. */
interface Fetch {
  subgraph: string;
  request: Omit<SubgraphRequest, 'variables'>;
  /** The request's JSON up to its variables. */
  bodyHead: string;
  /** The variables it uses, by the client's name and the plan's. */
  variableNames: readonly (readonly [client: string, plan: string])[];
  /** Where the objects are that the answer belongs to. */
  path: PlanPath;
  rewriteAnswer: Rewrite | undefined;
  /** The plan's keys of aliases that the planner put over them. */
  aliases: ReadonlyMap<string, string>;
  /** Joins what was answered of an object into it, wherever it stands. */
  join(targets: readonly JoinedObject[], source: JoinedObject): void;
}

/** Compiles a fetch at a path of the joined data. Nothing that goes wrong rejects: it becomes errors of the run. */
export function compileFetch({ node, ...condition }: RequiredFetch, place: Place, supergraph: LoadedSupergraph): Step {
  const { path, beginning, keysRead, isAroundRead } = place;
  const {
    serviceName: subgraph,
    operation: query,
    operationName,
    variableUsages = [],
    outputRewrites = [],
    contextRewrites,
  } = node;
  const isAnswerRead = node.requires === undefined || outputRewrites.length > 0 || contextRewrites !== undefined;
  const recognize = isAnswerRead ? undefined : recognitionOf(query, keysRead, supergraph.apiSchema);
  const fetch: Fetch = {
    subgraph,
    request: { query, ...(operationName !== undefined && { operationName }), ...(recognize && { recognize }) },
    bodyHead: `${JSON.stringify({ query, operationName }).slice(0, -1)},"variables":`,
    variableNames: variableUsages.map((name) => [clientVariable(name, supergraph.ownKey), name]),
    path,
    rewriteAnswer: compileRewrites(outputRewrites, supergraph),
    aliases: new Map([
      ...[...supergraph.requiredFields].map(([own, { name }]) => [own, name] as const),
      ...outputRewrites.flatMap((rewrite) =>
        rewrite.kind === 'KeyRenamer' ? [[rewrite.path.at(-1) ?? '', rewrite.renameKeyTo] as const] : [],
      ),
    ]),
    join: (targets, source) =>
      joinAll(targets, source, { protectedTypenames: supergraph.interfaceObjects, isShared: !isAroundRead }),
  };
  if (node.requires === undefined) return (run) => fetchFields(fetch, run);
  const represent = compileRepresentation(node.requires, condition, supergraph);
  const entities: Entities = { represent, rewriteRepresentation: compileRewrites(node.inputRewrites, supergraph) };
  if (contextRewrites === undefined) {
    const represented = beginning.share(representationKey(node, path, condition), (run) =>
      representObjects(objectsAt(run.data, path), entities, run.texts),
    );
    return (run) => fetchEntities(fetch, represented(run), run);
  }
  const groupByContext = compileContexts(contextRewrites, supergraph);
  // One request has one value for an argument.
  return async (run) => {
    const asked = groupByContext(run, path).map(({ objects, variables }) =>
      fetchEntities(fetch, representObjects(objects, entities, run.texts), run, variables),
    );
    await Promise.all(asked);
  };
}

/** How the entities of a fetch are asked for. */
interface Entities {
  represent: Represent;
  rewriteRepresentation: Rewrite | undefined;
}

function fetchFields(fetch: Fetch, run: Run): Promise<void> {
  const objects = objectsAt(run.data, fetch.path);
  if (objects.length === 0) return DONE;
  const variables = variablesOf(fetch, run);
  return send(fetch, { variables, body: () => `${fetch.bodyHead}${JSON.stringify(variables)}}` }, run, ({ data, errors }) => {
    if (isRecord(data)) {
      fetch.rewriteAnswer?.(data);
      fetch.join(objects, data);
    } else if (errors.length === 0) report(fetch, NO_ANSWER, undefined, run);
    if (errors.length > 0) reportErrors(fetch, errors, run);
  });
}

/** Of a fetch that nobody has to be asked for. */
const DONE = Promise.resolve();

function fetchEntities(
  fetch: Fetch,
  { representations, texts, targets }: Represented,
  run: Run,
  contextual: Variables = {},
): Promise<void> {
  if (representations.length === 0) return DONE;
  const variables = Object.assign(variablesOf(fetch, run), contextual);
  const bodyOf = (texts: readonly string[]) => {
    const others = JSON.stringify(variables).slice(1, -1);
    return `${fetch.bodyHead}{${others}${others && ','}"representations":[${texts.join(',')}]}}`;
  };
  // No variable of a client's has that name in a plan (`plan-variables.ts`).
  const asked = { representations, ...variables };
  const rest = { variables: asked, body: () => bodyOf(texts), entities: { representations: texts, bodyOf } };
  return send(fetch, rest, run, ({ data, errors }) => {
    if (errors.length > 0) reportEntityErrors(fetch, errors, targets, run);
    const entities = isRecord(data) ? data['_entities'] : undefined;
    if (entities == null && errors.length > 0) return;
    if (!isRecord(data)) return report(fetch, NO_ANSWER, undefined, run);
    if (!Array.isArray(entities) || entities.length !== representations.length)
      return report(
        fetch,
        { message: `Expected "_entities" to be a list of ${representations.length} elements` },
        undefined,
        run,
      );
    entities.forEach((entity: unknown, index) => {
      if (!isRecord(entity)) return;
      fetch.rewriteAnswer?.(entity);
      fetch.join(targets[index] ?? [], entity);
    });
  });
}

type Variables = Readonly<Record<string, unknown>>;

function representObjects(
  objects: readonly JoinedObject[],
  { represent, rewriteRepresentation }: Entities,
  texts: Run['texts'],
): Represented {
  const representations: JoinedObject[] = [];
  const targets: JoinedObject[][] = [];
  const known = new Map<string, number>();
  for (const object of objects) {
    const representation = represent(object);
    if (representation === undefined) continue;
    rewriteRepresentation?.(representation);
    const inData = JSON.stringify(representation);
    const text = texts.read(inData);
    const index = known.get(text);
    if (index === undefined) {
      known.set(text, representations.push(text === inData ? representation : (JSON.parse(text) as JoinedObject)) - 1);
      targets.push([object]);
    } else targets[index]?.push(object);
  }
  return { representations, targets, texts: [...known.keys()] };
}

function variablesOf({ variableNames }: Fetch, { variables }: Run): Record<string, unknown> {
  const used: Record<string, unknown> = {};
  for (const [client, plan] of variableNames)
    if (Object.hasOwn(variables, client) && variables[client] !== undefined) used[plan] = variables[client];
  return used;
}

/** Asks, and takes the answer; a subgraph that could not be asked has answered an error. Rejects only when taking it fails. */
function send(
  { subgraph, request }: Fetch,
  rest: Omit<SubgraphRequest, 'query' | 'operationName'>,
  run: Run,
  take: (answer: ReadAnswer) => void,
): Promise<void> {
  const failed = (error: unknown) =>
    take({ data: undefined, errors: [{ message: error instanceof Error ? error.message : 'The subgraph could not be asked.' }] });
  try {
    return run.send(subgraph, Object.assign({}, request, rest)).then((answer) => take(readAnswer(answer)), failed);
  } catch (error) {
    failed(error);
    return DONE;
  }
}

/** A response has data or errors (spec, section 7.1). */
const NO_ANSWER: SubgraphError = { message: 'The subgraph answered neither data nor errors.' };

/** An error of a field stands at each place where the fields do. */
function reportErrors(fetch: Fetch, errors: readonly SubgraphError[], run: Run): void {
  const places = [...placesAt(run.data, fetch.path).values()].flat();
  for (const error of errors) {
    if (error.path === undefined) report(fetch, error, undefined, run);
    else for (const place of places) report(fetch, error, [...place, ...inPlanKeys(fetch, error.path)], run);
  }
}

/** An error of an entity stands at each place where the entity does; one of the whole request, at the nearest field around. */
function reportEntityErrors(fetch: Fetch, errors: readonly SubgraphError[], targets: Represented['targets'], run: Run): void {
  const places = placesAt(run.data, fetch.path);
  for (const error of errors) {
    if (error.path === undefined) {
      report(fetch, error, undefined, run);
      continue;
    }
    const [, index, ...rest] = error.path;
    const objects = typeof index === 'number' ? (targets[index] ?? []) : [];
    const positions = [...new Set(objects)].flatMap((object) => places.get(object) ?? []);
    if (positions.length === 0) report(fetch, error, nearest(fetch.path), run);
    for (const position of positions) report(fetch, error, [...position, ...inPlanKeys(fetch, rest)], run);
  }
}

function nearest(path: PlanPath): string[] {
  const keys = path.map(({ key }) => key);
  const list = keys.indexOf('@');
  return list === -1 ? keys : keys.slice(0, list);
}

function inPlanKeys({ aliases }: Fetch, path: readonly (string | number)[]): (string | number)[] {
  return path.map((step) => (typeof step === 'string' ? (aliases.get(step) ?? step) : step));
}

function report(
  { subgraph }: Fetch,
  { message, extensions }: SubgraphError,
  path: readonly (string | number)[] | undefined,
  run: Run,
): void {
  run.errors.push({
    message: message || `Error while fetching subquery from service "${subgraph}"`,
    ...(path && { path }),
    extensions: { code: 'DOWNSTREAM_SERVICE_ERROR', ...extensions, serviceName: subgraph },
  });
}
