import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import { Tally } from '../../desensitization/tally.ts';
import type { Treatments } from '../../desensitization/treatments.ts';
import { clientErrors } from './client-errors.ts';
import { compileIntrospection } from './introspection.ts';
import { compileSteps } from './compile-steps.ts';
import { planDocument } from './plan-document.ts';
import { resolveSelections } from './resolve-selections.ts';
import type { Run, TextForm } from './run.ts';
import type { Fault } from './faults.ts';
import { compileShape, type Shape } from './shape.ts';
import type { LoadedSupergraph } from './supergraph.ts';

/** An error of the response. */
export interface ExecutionError {
  message: string;
  path?: readonly (string | number)[];
  extensions: Readonly<Record<string, unknown>>;
}

/** Code of a value that a subgraph must not have answered; `subgraphs` beside it names those that may have. */
export const INVALID_ANSWER = 'INVALID_GRAPHQL';

/** What an execution answers; `data` is null when the root could not be completed. */
export interface ExecutionAnswer {
  data: Record<string, unknown> | null;
  errors: readonly ExecutionError[];
}

/** An operation that is ready to run: no schema or document is walked any more. */
export interface CompiledOperation {
  /** @param texts how texts stand in what `send` answers, and so in the answer; as they are, when left out. */
  run(variables: Run['variables'], send: Run['send'], texts?: TextForm): Promise<JoinedAnswer>;
}

const AS_THEY_ARE: TextForm = { put: (value) => value, read: (text) => text };

/** What the subgraphs answered, joined, and not yet looked at. */
export interface JoinedAnswer {
  /**
   * Takes the one pass that makes the response. With treatments, each value is treated by them and noted in the tally;
   * whatever they throw is thrown.
   */
  complete(tally?: Tally, treatments?: Treatments): ExecutionAnswer;
}

/**
 * Plans and compiles a valid operation for given values of its condition variables.
 * @throws GraphQLError when it cannot be planned.
 */
export function compileOperation(
  supergraph: LoadedSupergraph,
  {
    document,
    operation,
    conditions,
    overrides,
  }: {
    document: DocumentNode;
    operation: OperationDefinitionNode;
    conditions: Record<string, unknown>;
    overrides: readonly string[];
  },
): CompiledOperation {
  const { apiSchema: schema } = supergraph;
  const resolved = resolveSelections({ ...supergraph, schema, document, operation, conditions });
  const planned = planDocument({ schema, ownKey: supergraph.ownKey }, operation, resolved);
  const steps = planned && compileSteps(supergraph.plan(planned, overrides), resolved.selections, supergraph);
  // An empty plan would be answered with null as if that were the data.
  if (planned && !steps) throw new TypeError('the planner made no plan of an operation that asks for data');
  const introspect = compileIntrospection(schema, { document, operation, selections: resolved.selections });
  const context = { schema, ownersOf: remembered(supergraph.ownersOf), isHidden: supergraph.isHidden };
  const tell = clientErrors(resolved, schema);
  const shapeFor = rememberedShapes((treatments) => compileShape(resolved, context, treatments));
  return {
    async run(variables, send, texts = AS_THEY_ARE) {
      const own = introspect && (texts.put(introspect(variables)) as Run['data']);
      const run: Run = { data: own ?? {}, errors: [], texts, variables, send };
      await steps?.(run);
      return {
        complete(tally = new Tally(), treatments) {
          const { data, faults } = shapeFor(treatments)(run.data, tally);
          const errors = run.errors.length === 0 ? run.errors : tell(run.errors, run.data);
          return { data, errors: faults.length === 0 ? errors : [...errors, ...unexplained(faults, errors)] };
        },
      };
    },
  };
}

/** One shape for each treatments, forgotten with them, and one without any. */
function rememberedShapes(compile: (treatments?: Treatments) => Shape): (treatments?: Treatments) => Shape {
  const shapes = new WeakMap<Treatments, Shape>();
  let untreated: Shape | undefined;
  return (treatments) => {
    if (treatments === undefined) return (untreated ??= compile());
    const known = shapes.get(treatments) ?? compile(treatments);
    shapes.set(treatments, known);
    return known;
  };
}

function remembered(ownersOf: LoadedSupergraph['ownersOf']): LoadedSupergraph['ownersOf'] {
  const known = new Map<string, readonly string[]>();
  return (type, field) => {
    const coordinate = `${type}.${field}`;
    const owners = known.get(coordinate) ?? ownersOf(type, field);
    known.set(coordinate, owners);
    return owners;
  };
}

/**
 * A null that a subgraph's error already accounts for is no error of its own (spec, section 6.4.4): one at its place,
 * around it, below it, or one without a place of a subgraph that the value may have come from.
 */
function unexplained(faults: readonly Fault[], errors: readonly ExecutionError[]): ExecutionError[] {
  const silent = new Set(errors.filter(({ path = [] }) => path.length === 0).map(({ extensions }) => extensions['serviceName']));
  const places = new Set(errors.map(({ path = [] }) => path.join('.')));
  const around = new Set(errors.flatMap(({ path = [] }) => beginnings(path)));
  return faults
    .filter(({ owners }) => silent.size === 0 || (owners.length > 0 && !owners.some((owner) => silent.has(owner))))
    .filter(({ path }) => !around.has(path.join('.')) && !beginnings(path).some((beginning) => places.has(beginning)))
    .map(({ message, path, owners }) => ({ message, path, extensions: { code: INVALID_ANSWER, subgraphs: owners } }));
}

/** Every place on the way to a place, itself included; steps are names and indexes, so a dot tells them apart. */
function beginnings(path: readonly (string | number)[]): string[] {
  return path.map((_, index) => path.slice(0, index + 1).join('.'));
}
