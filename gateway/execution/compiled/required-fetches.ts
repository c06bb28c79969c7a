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
  visit,
} from 'graphql';
import type { RequiredField } from './planning-supergraph.ts';
import type { LoadedSupergraph } from './supergraph.ts';

type Fields = Pick<LoadedSupergraph, 'requiredFields' | 'requiredBy'>;

/**
 * Says a fetch in the words of its subgraph: a field that is required with arguments gets its name and its arguments back.
 * A representation has room for one value of a field, so entities that need it with different arguments are asked for
 * in one fetch each.
 */
export function requiredFetches(node: FetchNode, { requiredFields, requiredBy }: Fields): readonly FetchNode[] {
  if (requiredFields.size === 0) return [node];
  const [operation] = parse(node.operation, { noLocation: true }).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return [node];
  const { requires } = node;
  const conflicting = requires === undefined ? [] : conflicts(namesIn(requires), requiredFields);
  const wholes =
    conflicting.length === 0
      ? [{ operation, without: NONE }]
      : split(operation, { node, conflicting, requiredFields, requiredBy });
  return wholes.map(({ operation: whole, without }) => ({
    ...node,
    ...(requires && { requires: withoutFields(requires, without) }),
    ...spoken(whole, node, requiredFields),
  }));
}

const NONE: ReadonlySet<string> = new Set();

function namesIn(requires: readonly QueryPlanSelectionNode[]): string[] {
  return requires.flatMap((each) => [...(each.kind === 'Field' ? [each.name] : []), ...namesIn(each.selections ?? [])]);
}

/** Of these names, those that mean one field of the subgraph with several sets of arguments. */
function conflicts(names: readonly string[], requiredFields: Fields['requiredFields']): readonly string[] {
  const known = [...new Set(names)].filter((name) => requiredFields.has(name));
  const meaning = (name: string) => requiredFields.get(name)?.name;
  return known.filter((name) => known.some((other) => other !== name && meaning(other) === meaning(name)));
}

interface Whole {
  operation: OperationDefinitionNode;
  /** Names that this part of the fetch does not need. */
  without: ReadonlySet<string>;
}

/** Parts of an `_entities` operation, none of which needs two values of one field. */
function split(
  operation: OperationDefinitionNode,
  { node, conflicting, requiredFields, requiredBy }: Fields & { node: FetchNode; conflicting: readonly string[] },
): Whole[] {
  const parts: Set<string>[] = [new Set()];
  const partOf = (field: FieldNode, type: string): number => {
    const needed = requiredBy(node.serviceName, type, field.name.value).filter((name) => conflicting.includes(name));
    if (needed.length === 0) return 0;
    const fits = parts.findIndex((part) => conflicts([...part, ...needed], requiredFields).length === 0);
    const index = fits === -1 ? parts.push(new Set()) - 1 : fits;
    for (const name of needed) parts[index]?.add(name);
    return index;
  };
  const assigned = new Map<FieldNode, number>();
  assign(entitySelections(operation), '', (field, type) => assigned.set(field, partOf(field, type)));
  return parts.map((part, index) => ({
    operation: only(operation, (field) => (assigned.get(field) ?? index) === index),
    without: new Set(conflicting.filter((name) => !part.has(name))),
  }));
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
function only(operation: OperationDefinitionNode, chosen: (field: FieldNode) => boolean): OperationDefinitionNode {
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

function withoutFields(requires: QueryPlanSelectionNode[], names: ReadonlySet<string>): QueryPlanSelectionNode[] {
  if (names.size === 0) return requires;
  return requires.flatMap((each): QueryPlanSelectionNode[] => {
    if (each.kind === 'Field' && names.has(each.name)) return [];
    if (each.selections === undefined) return [each];
    const selections = withoutFields(each.selections, names);
    return selections.length === 0 ? [] : [{ ...each, selections }];
  });
}

function spoken(
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
