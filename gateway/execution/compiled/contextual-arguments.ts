import type { FetchNode } from '@apollo/query-planner';
import { type JoinedObject, meets, type PlanPath } from './joined-data.ts';
import type { Run } from './run.ts';
import type { LoadedSupergraph } from './supergraph.ts';
import { isRecord } from '../../../schema/is-record.ts';

/** Objects of a fetch whose fields get the same arguments from around them. */
export interface ContextGroup {
  objects: JoinedObject[];
  variables: Readonly<Record<string, unknown>>;
}

/** Finds the objects at a path with the arguments that `@fromContext` gives their fields, those with the same ones together. */
export type GroupByContext = (run: Pick<Run, 'data' | 'texts'>, path: PlanPath) => ContextGroup[];

type Types = Pick<LoadedSupergraph, 'typesThatAre'>;
type ReadContext = (around: readonly JoinedObject[]) => unknown;

const UP = '..';
const TYPE_CONDITION = '... on ';

/**
 * Compiles the contextual arguments of a fetch. Their paths go up by objects (`..`), then down by types and keys; of several
 * paths to one argument, for several types that set the context, that of the object's type counts.
 */
export function compileContexts(rewrites: NonNullable<FetchNode['contextRewrites']>, types: Types): GroupByContext {
  const readers = rewrites.map(({ path, renameKeyTo }) => ({ name: renameKeyTo, read: compileRead(path, types) }));
  return ({ data, texts }, path) => {
    const groups = new Map<string, ContextGroup>();
    descend(data, { path, index: 0, around: [] }, (object, around) => {
      const variables: Record<string, unknown> = {};
      for (const { name, read } of readers) variables[name] ??= read([...around, object]);
      const inData = JSON.stringify(variables);
      const identity = texts.read(inData);
      const group = groups.get(identity);
      if (group) group.objects.push(object);
      else groups.set(identity, { objects: [object], variables: identity === inData ? variables : parsed(identity) });
    });
    return [...groups.values()];
  };
}

function parsed(text: string): ContextGroup['variables'] {
  return JSON.parse(text) as ContextGroup['variables'];
}

function compileRead(path: readonly string[], { typesThatAre }: Types): ReadContext {
  const levels = path.filter((step) => step === UP).length;
  const steps = path.slice(levels).map((step) => {
    if (!step.startsWith(TYPE_CONDITION)) return (value: JoinedObject) => value[step];
    const names = typesThatAre(step.slice(TYPE_CONDITION.length));
    return (value: JoinedObject) => (names.has(String(value['__typename'])) ? value : undefined);
  });
  return (around) => steps.reduce<unknown>((value, step) => (isRecord(value) ? step(value) : undefined), around.at(-1 - levels));
}

interface Place {
  path: PlanPath;
  index: number;
  /** Objects from the root down to here. */
  around: readonly JoinedObject[];
}

function descend(
  value: unknown,
  { path, index, around }: Place,
  found: (object: JoinedObject, around: Place['around']) => void,
): void {
  const step = path[index];
  if (Array.isArray(value)) {
    if (step?.key === '@') for (const element of value) descend(element, { path, index: index + 1, around }, found);
  } else if (isRecord(value) && meets(value, path[index - 1])) {
    if (step === undefined) found(value, around);
    else if (Object.hasOwn(value, step.key))
      descend(value[step.key], { path, index: index + 1, around: [...around, value] }, found);
  }
}
