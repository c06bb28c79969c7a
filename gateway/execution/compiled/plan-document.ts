import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  type InlineFragmentNode,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  TypeNameMetaFieldDef,
  visit,
} from 'graphql';
import { dependsOnType } from './collect-fields.ts';
import { planVariable } from './plan-variables.ts';
import { type FieldSelection, isIntrospection, type ResolvedSelections, type Selection } from './resolve-selections.ts';

/**
 * The operation as the planner sees it: the plan's own keys, no conditions, no named fragments, and `__typename` where
 * nothing else is asked of an object, so that an object without fields can be told from null, and where the type decides
 * which fields an object has: a subgraph that knows one type only there would not be asked for its name.
 * @returns undefined when no subgraph has anything to answer.
 */
export function planDocument(
  { schema, ownKey }: { schema: GraphQLSchema; ownKey: string },
  { name, operation, variableDefinitions = [] }: OperationDefinitionNode,
  { root, selections }: ResolvedSelections,
): DocumentNode | undefined {
  const selectionSet = selectionSetOf([selections], root, schema);
  if (selectionSet.selections.every((node) => node.kind === Kind.FIELD && node.name.value === TypeNameMetaFieldDef.name))
    return undefined;
  const used = variablesIn(selectionSet);
  const planned: OperationDefinitionNode = {
    kind: Kind.OPERATION_DEFINITION,
    operation,
    ...(name && { name }),
    variableDefinitions: variableDefinitions.filter(({ variable }) => used.has(variable.name.value)),
    selectionSet,
  };
  return { kind: Kind.DOCUMENT, definitions: [withPlanVariables(planned, ownKey)] };
}

function withPlanVariables(operation: OperationDefinitionNode, ownKey: string): OperationDefinitionNode {
  return visit(operation, {
    Variable: (node) => {
      const value = planVariable(node.name.value, ownKey);
      return value === node.name.value ? undefined : { ...node, name: { ...node.name, value } };
    },
  });
}

/** Selections of the same fields become one, fragments on the same type too. */
interface Gathered {
  fields: Map<string, { field: FieldSelection; below: (readonly Selection[])[] }>;
  fragments: Map<GraphQLCompositeType, (readonly Selection[])[]>;
}

function selectionSetOf(
  groups: readonly (readonly Selection[])[],
  parent: GraphQLCompositeType,
  schema: GraphQLSchema,
): SelectionSetNode {
  const gathered: Gathered = { fields: new Map(), fragments: new Map() };
  const around = { schema, gathered, seen: new Set<readonly Selection[]>() };
  for (const group of groups) gather(group, parent, around);
  // What an object type is called is known without asking.
  if (isObjectType(parent)) gathered.fields.delete(TypeNameMetaFieldDef.name);
  const fields = [...gathered.fields.values()].map(({ field, below }) => fieldNode(field, below, schema));
  const fragments = [...gathered.fragments].map(
    ([condition, below]): InlineFragmentNode => ({
      kind: Kind.INLINE_FRAGMENT,
      typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: condition.name } },
      selectionSet: selectionSetOf(below, condition, schema),
    }),
  );
  const asksType =
    fields.length === 0 ||
    (isAbstractType(parent) && !gathered.fields.has(TypeNameMetaFieldDef.name) && dependsOnType(groups, parent, schema));
  return { kind: Kind.SELECTION_SET, selections: [...(asksType ? [TYPENAME] : []), ...fields, ...fragments] };
}

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: TypeNameMetaFieldDef.name } };

function gather(
  selections: readonly Selection[],
  parent: GraphQLCompositeType,
  around: { schema: GraphQLSchema; gathered: Gathered; seen: Set<readonly Selection[]> },
): void {
  const { schema, gathered, seen } = around;
  if (seen.has(selections)) return;
  seen.add(selections);
  for (const selection of selections) {
    if (selection.kind === 'fragment') {
      const { condition } = selection;
      if (applies(condition, parent, schema)) gather(selection.selections, parent, around);
      else if (!isObjectType(parent)) append(gathered.fragments, condition, selection.selections);
    } else if (!isIntrospection(selection.definition)) {
      const known = gathered.fields.get(selection.planKey) ?? { field: selection, below: [] };
      if (selection.selections) known.below.push(selection.selections);
      gathered.fields.set(selection.planKey, known);
    }
  }
}

/** Whether everything of type `parent` meets the condition. */
function applies(condition: GraphQLCompositeType, parent: GraphQLCompositeType, schema: GraphQLSchema): boolean {
  if (condition === parent) return true;
  return isObjectType(parent) && !isObjectType(condition) && schema.isSubType(condition, parent);
}

function append<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}

function fieldNode(
  { node, planKey, definition }: FieldSelection,
  below: readonly (readonly Selection[])[],
  schema: GraphQLSchema,
): FieldNode {
  const type = getNamedType(definition.type);
  return {
    kind: Kind.FIELD,
    ...(planKey !== definition.name && { alias: { kind: Kind.NAME, value: planKey } }),
    name: node.name,
    arguments: node.arguments ?? [],
    directives: (node.directives ?? []).filter(({ name }) => name.value !== 'skip' && name.value !== 'include'),
    ...(isCompositeType(type) && { selectionSet: selectionSetOf(below, type, schema) }),
  };
}

function variablesIn(selectionSet: SelectionSetNode): ReadonlySet<string> {
  const names = new Set<string>();
  visit(selectionSet, { Variable: ({ name }) => void names.add(name.value) });
  return names;
}
