import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  TypeNameMetaFieldDef,
  visit,
} from 'graphql';
import type { RequiredField } from './planning-supergraph.ts';
import { areSame, contradict, onlyValues, type RequiredValue, requiredValues } from './required-values.ts';
import type { LoadedSupergraph } from './supergraph.ts';

type Fields = Pick<LoadedSupergraph, 'requiredFields' | 'requiredBy' | 'requires' | 'typesThatAre'>;

/** A fetch, or a part of one. */
export interface RequiredFetch extends Condition {
  node: FetchNode;
}

/** Which objects it asks about. */
export interface Condition {
  /** They must have got all of this, as far as it is of their types; any object, when left out. */
  needs?: readonly QueryPlanSelectionNode[];
  /** Those that have got all of this are asked about elsewhere. */
  unless?: readonly QueryPlanSelectionNode[];
  /** Names of their types; of any, when left out. */
  types?: readonly string[];
}

/**
 * Says a fetch in the words of its subgraph: a field that is required with arguments gets its name and its arguments back.
 * A representation has room for one value of a field, so entities that need it with different arguments are asked for
 * in one fetch each. And the planner lets the neighbours of a field wait for what that field requires, even of types for which the client does not
 * ask for it: of an object that has not got it, the others are asked for without it.
 */
export function requiredFetches(node: FetchNode, fields: Fields): readonly RequiredFetch[] {
  const { requires, serviceName } = node;
  if (!fields.requires) return [{ node }];
  const [operation] = parse(node.operation, { noLocation: true }).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return [{ node }];
  const said = (part: OperationDefinitionNode) => spoken(part, node, fields.requiredFields);
  if (requires === undefined) return [{ node: { ...node, ...said(operation) } }];
  const asked = new Map<FieldNode, readonly RequiredValue[]>();
  assign(entitySelections(operation), '', (field, type) => {
    if (!isTypename(field)) asked.set(field, requiredValues(fields.requiredBy(serviceName, type, field.name.value), fields));
  });
  if (asked.size === 0) return [{ node: { ...node, ...said(operation) } }];
  const all = [...asked.values()].flat();
  const partOf = (chosen: ReadonlySet<FieldNode>): RequiredFetch & { needs: QueryPlanSelectionNode[] } => {
    const needed = [...chosen].flatMap((field) => asked.get(field) ?? []);
    const has = (values: readonly RequiredValue[], value: RequiredValue) => values.some((each) => areSame(each, value));
    const represented = onlyValues(requires, fields, (value) => has(needed, value) || !has(all, value));
    return {
      node: { ...node, requires: represented, ...said(only(operation, (field) => chosen.has(field) || isTypename(field))) },
      needs: onlyValues(requires, fields, (value) => has(needed, value)),
    };
  };
  return compatible(asked).flatMap((chosen): RequiredFetch[] => {
    const whole = partOf(chosen);
    const alike = byNeeds(chosen, asked);
    return [whole, ...(alike.length === 1 ? [] : alike.map((each) => ({ ...partOf(each), unless: whole.needs })))];
  });
}

/** What an object is called needs nothing, and goes with everything. */
function isTypename({ name }: FieldNode): boolean {
  return name.value === TypeNameMetaFieldDef.name;
}

type Asked = ReadonlyMap<FieldNode, readonly RequiredValue[]>;

/** The fields in groups, none of which needs two values in one place. */
function compatible(asked: Asked): readonly ReadonlySet<FieldNode>[] {
  const groups: { fields: Set<FieldNode>; values: RequiredValue[] }[] = [];
  for (const [field, needed] of asked) {
    const fits = groups.find(({ values }) => !values.some((one) => needed.some((other) => contradict(one, other))));
    const group = fits ?? { fields: new Set(), values: [] };
    if (!fits) groups.push(group);
    group.fields.add(field);
    group.values.push(...needed);
  }
  return groups.map(({ fields }) => fields);
}

/** The fields in groups that need the same. */
function byNeeds(fields: ReadonlySet<FieldNode>, asked: Asked): readonly ReadonlySet<FieldNode>[] {
  const groups = new Map<string, Set<FieldNode>>();
  for (const field of fields) {
    const names = (asked.get(field) ?? []).map((value) => value.map(({ name }) => name).join('.'));
    const key = names.sort().join(' ');
    groups.set(key, (groups.get(key) ?? new Set()).add(field));
  }
  return [...groups.values()];
}

function entitySelections({ selectionSet }: OperationDefinitionNode): readonly SelectionNode[] {
  return selectionSet.selections.flatMap((node) => (node.kind === Kind.FIELD ? (node.selectionSet?.selections ?? []) : []));
}

/** Visits the entities' own fields. */
function assign(selections: readonly SelectionNode[], type: string, to: (field: FieldNode, type: string) => void): void {
  for (const node of selections) {
    if (node.kind === Kind.FIELD) to(node, type);
    if (node.kind === Kind.INLINE_FRAGMENT) assign(node.selectionSet.selections, node.typeCondition?.name.value ?? type, to);
  }
}

/** The operation with the chosen fields of its entities; a selection set that this empties goes too. */
export function only(operation: OperationDefinitionNode, chosen: (field: FieldNode) => boolean): OperationDefinitionNode {
  const prune = ({ selections, ...rest }: SelectionSetNode): SelectionSetNode => ({
    ...rest,
    selections: selections.flatMap((node): SelectionNode[] => {
      if (node.kind === Kind.FIELD) return chosen(node) ? [node] : [];
      if (node.kind === Kind.FRAGMENT_SPREAD) return [node];
      const selectionSet = prune(node.selectionSet);
      return selectionSet.selections.length > 0 ? [{ ...node, selectionSet }] : [];
    }),
  });
  const selections = operation.selectionSet.selections.map((node) =>
    node.kind === Kind.FIELD && node.selectionSet ? { ...node, selectionSet: prune(node.selectionSet) } : node,
  );
  return { ...operation, selectionSet: { ...operation.selectionSet, selections } };
}

/** An operation, or a part of it, in the words of a fetch's subgraph, with the variables that it uses. */
export function spoken(
  operation: OperationDefinitionNode,
  { variableUsages = [] }: FetchNode,
  requiredFields: Fields['requiredFields'],
): Pick<FetchNode, 'operation' | 'variableUsages'> {
  const used = new Set<string>();
  const selectionSet = visit(operation.selectionSet, {
    Variable: ({ name }) => void used.add(name.value),
    Field: (field) => inItsSubgraph(field, requiredFields.get(field.name.value)),
  });
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        ...operation,
        variableDefinitions: (operation.variableDefinitions ?? []).filter(({ variable }) => used.has(variable.name.value)),
        selectionSet,
      },
    ],
  };
  return { operation: stripIgnoredCharacters(print(document)), variableUsages: variableUsages.filter((name) => used.has(name)) };
}

function inItsSubgraph(field: FieldNode, required: RequiredField | undefined): FieldNode | undefined {
  if (required === undefined) return undefined;
  const name = { kind: Kind.NAME, value: required.name } as const;
  return { ...field, alias: field.alias ?? field.name, name, arguments: required.arguments };
}
