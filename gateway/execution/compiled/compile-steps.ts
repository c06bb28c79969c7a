import type { PlanNode, QueryPlan } from '@apollo/query-planner';
import { keysRead } from '../passages/keys-read.ts';
import { compileFetch } from './fetch.ts';
import { fetchesByType } from './fetches-by-type.ts';
import { requiredFetches } from './required-fetches.ts';
import type { PlanPath } from './joined-data.ts';
import type { Selection } from './resolve-selections.ts';
import type { Step } from './run.ts';
import { createBeginning, type Place } from './shared-representations.ts';
import type { LoadedSupergraph } from './supergraph.ts';

/** Compiles a query plan of the client's selections; undefined when it asks nobody. */
export function compileSteps(
  { node }: QueryPlan,
  selections: readonly Selection[],
  supergraph: LoadedSupergraph,
): Step | undefined {
  if (node === undefined) return undefined;
  if (node.kind === 'Subscription') throw new TypeError('subscriptions are not executed');
  const place = { path: [], selections, beginning: createBeginning(), keysRead: keysRead(node), isAroundRead: readsAround(node) };
  return compileNode(node, place, supergraph);
}

function compileNode(node: PlanNode, place: Place, supergraph: LoadedSupergraph): Step {
  switch (node.kind) {
    case 'Sequence':
      return inSequence(node.nodes.map((child) => compileNode(child, { ...place, beginning: createBeginning() }, supergraph)));
    case 'Parallel':
      return inParallel(node.nodes.map((child) => compileNode(child, place, supergraph)));
    case 'Flatten':
      return compileNode(node.node, { ...place, path: [...place.path, ...stepsOf(node.path, supergraph)] }, supergraph);
    case 'Fetch':
      return inParallel(
        requiredFetches(node, supergraph)
          .flatMap((fetch) => fetchesByType(fetch, place, supergraph))
          .map((fetch) => compileFetch(fetch, place, supergraph)),
      );
    // Conditions are resolved before an operation is planned, and `@defer` is no part of the schema.
    case 'Condition':
    case 'Defer':
      throw new TypeError(`a plan of an operation without conditions has a ${node.kind}`);
  }
}

/** Whether a step of the plan reads what is around the objects that it asks about. */
function readsAround(node: PlanNode): boolean {
  if (node.kind === 'Flatten') return readsAround(node.node);
  if (node.kind === 'Sequence' || node.kind === 'Parallel') return node.nodes.some(readsAround);
  return node.kind === 'Fetch' && node.contextRewrites !== undefined;
}

/** Reads a plan's path: `key`, `@`, and with the types of the objects there `key|[A,B]`; an empty step is the root. */
function stepsOf(path: readonly (string | number)[], { interfaceObjects }: LoadedSupergraph): PlanPath {
  return path.flatMap((step) => {
    const [key = '', condition] = String(step).split('|');
    if (key === '') return [];
    // What an `@interfaceObject` calls by the interface's name may be of any of its types.
    return condition === undefined
      ? { key }
      : { key, types: new Set([...condition.slice(1, -1).split(','), ...interfaceObjects]) };
  });
}

function inSequence(steps: readonly Step[]): Step {
  return async (run) => {
    for (const step of steps) await step(run);
  };
}

function inParallel(steps: readonly Step[]): Step {
  const [only] = steps;
  if (only && steps.length === 1) return only;
  return async (run) => {
    await Promise.all(steps.map((step) => step(run)));
  };
}
