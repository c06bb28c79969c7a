import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import type { LoadedSupergraph } from './supergraph.ts';

/** A value that a subgraph needs of an object, by the steps from the object down to it. */
export type RequiredValue = readonly RequiredStep[];

interface RequiredStep {
  /** The field, as the plan calls it. */
  name: string;
  /** Its place in a representation: what the subgraph calls it. */
  place: string;
  /** Names of the types of which the object around it must be; any, when left out. */
  types: ReadonlySet<string> | undefined;
}

type Names = Pick<LoadedSupergraph, 'requiredFields' | 'typesThatAre'>;

/** The values that are selected, each with the fields around it. */
export function requiredValues(selections: readonly QueryPlanSelectionNode[], names: Names): readonly RequiredValue[] {
  return valuesIn(selections, { steps: [], types: undefined }, names);
}

/** The selections without the values that are not to be kept; what this empties goes too. */
export function onlyValues(
  selections: readonly QueryPlanSelectionNode[],
  names: Names,
  isKept: (value: RequiredValue) => boolean,
): QueryPlanSelectionNode[] {
  const prune = (each: readonly QueryPlanSelectionNode[], around: Around): QueryPlanSelectionNode[] =>
    each.flatMap((node): QueryPlanSelectionNode[] => {
      const within = withinNode(node, around, names);
      if (node.selections === undefined) return isKept(within.steps) ? [node] : [];
      const kept = prune(node.selections, within);
      return kept.length === 0 ? [] : [{ ...node, selections: kept }];
    });
  return prune(selections, { steps: [], types: undefined });
}

interface Around {
  steps: RequiredValue;
  types: ReadonlySet<string> | undefined;
}

function withinNode(node: QueryPlanSelectionNode, { steps, types }: Around, names: Names): Around {
  if (node.kind === 'InlineFragment')
    return { steps, types: node.typeCondition === undefined ? types : names.typesThatAre(node.typeCondition) };
  const place = names.requiredFields.get(node.name)?.name ?? node.name;
  return { steps: [...steps, { name: node.name, place, types }], types: undefined };
}

function valuesIn(selections: readonly QueryPlanSelectionNode[], around: Around, names: Names): readonly RequiredValue[] {
  return selections.flatMap((node): readonly RequiredValue[] => {
    const within = withinNode(node, around, names);
    return node.selections === undefined ? [within.steps] : valuesIn(node.selections, within, names);
  });
}

/** Whether both are one value, of some object. */
export function areSame(one: RequiredValue, other: RequiredValue): boolean {
  return one.length === other.length && firstDifference(one, other) === undefined;
}

/** Whether one representation has no room for both: they take the same place of some object and are not the same. */
export function contradict(one: RequiredValue, other: RequiredValue): boolean {
  const different = firstDifference(one, other);
  return different !== undefined && different[0].place === different[1].place && overlap(...different);
}

function firstDifference(one: RequiredValue, other: RequiredValue): readonly [RequiredStep, RequiredStep] | undefined {
  for (const [index, step] of one.entries()) {
    const beside = other[index];
    if (beside && (step.name !== beside.name || !overlap(step, beside))) return [step, beside];
  }
  return undefined;
}

function overlap({ types: one }: RequiredStep, { types: other }: RequiredStep): boolean {
  return one === undefined || other === undefined || [...one].some((type) => other.has(type));
}
