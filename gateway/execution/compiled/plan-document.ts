import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  GraphQLError,
  type GraphQLSchema,
  getNamedType,
  type InlineFragmentNode,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionSetNode,
  TypeNameMetaFieldDef,
  visit,
} from 'graphql';
import { dependsOnType } from './collect-fields.ts';
import { conditionlessDirectives } from './conditions.ts';
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
  const selectionSet = selectionSetOf([selections], root, scopeOf(root, { schema, size: { selections: 0 } }));
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

/** What a selection set is made in: the object whose fields it chooses, and how much the operation has become. */
interface Scope {
  schema: GraphQLSchema;
  size: { selections: number };
  /** Conditions that the object meets here: its field's type, and those of the fragments around. */
  met: ReadonlySet<GraphQLCompositeType>;
  /** Under which conditions selections of this object have been taken already. */
  taken: Map<readonly Selection[], ReadonlySet<GraphQLCompositeType>[]>;
}

/** Far beyond what anybody writes: fragments in fragments multiply, and so does the time that planning takes. */
const MOST_SELECTIONS = 20_000;

/** The scope of another object. */
function scopeOf(type: GraphQLCompositeType, { schema, size }: Pick<Scope, 'schema' | 'size'>): Scope {
  return { schema, size, met: new Set([type]), taken: new Map() };
}

/** Selections of the same fields become one, fragments on the same type too. */
interface Gathered {
  fields: Map<string, { field: FieldSelection; below: (readonly Selection[])[] }>;
  fragments: Map<GraphQLCompositeType, (readonly Selection[])[]>;
}

function selectionSetOf(groups: readonly (readonly Selection[])[], parent: GraphQLCompositeType, scope: Scope): SelectionSetNode {
  const { schema, size, met } = scope;
  const gathered: Gathered = { fields: new Map(), fragments: new Map() };
  for (const group of groups) gather(group, parent, { scope, gathered });
  // What an object type is called is known without asking.
  if (isObjectType(parent)) gathered.fields.delete(TypeNameMetaFieldDef.name);
  size.selections += gathered.fields.size + gathered.fragments.size;
  if (size.selections > MOST_SELECTIONS)
    throw new GraphQLError(`The operation selects more than ${MOST_SELECTIONS} fields, once its fragments are unfolded.`);
  const fields = [...gathered.fields.values()].map(({ field, below }) => fieldNode(field, below, scope));
  const fragments = [...gathered.fragments].map(
    ([condition, below]): InlineFragmentNode => ({
      kind: Kind.INLINE_FRAGMENT,
      typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: condition.name } },
      selectionSet: selectionSetOf(below, condition, { ...scope, met: new Set([...met, condition]) }),
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
  around: { scope: Scope; gathered: Gathered },
): void {
  const { scope, gathered } = around;
  if (isTaken(selections, scope)) return;
  for (const selection of selections) {
    if (selection.kind === 'fragment') {
      const { condition } = selection;
      if (applies(condition, parent, scope.schema)) gather(selection.selections, parent, around);
      else if (!isObjectType(parent)) append(gathered.fragments, condition, selection.selections);
    } else if (!isIntrospection(selection.definition)) {
      const key = gatheredBy(selection);
      const known = gathered.fields.get(key) ?? { field: selection, below: [] };
      if (selection.selections) known.below.push(selection.selections);
      gathered.fields.set(key, known);
    }
  }
}

/** Whether the object's selections stand already where no more is demanded of it; from now on they do. Fragments that spread one another would double at each step. */
function isTaken(selections: readonly Selection[], { met, taken }: Scope): boolean {
  const known = taken.get(selections) ?? [];
  if (known.some((conditions) => [...conditions].every((condition) => met.has(condition)))) return true;
  taken.set(selections, [...known, met]);
  return false;
}

/** The subgraph merges what differs in its own directives. */
function gatheredBy({ node, planKey }: FieldSelection): string {
  const directives = planKey === TypeNameMetaFieldDef.name ? [] : conditionlessDirectives(node);
  return [planKey, ...directives.map(print)].join(' ');
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
  scope: Scope,
): FieldNode {
  const type = getNamedType(definition.type);
  return {
    kind: Kind.FIELD,
    ...(planKey !== definition.name && { alias: { kind: Kind.NAME, value: planKey } }),
    name: node.name,
    arguments: node.arguments ?? [],
    directives: conditionlessDirectives(node),
    ...(isCompositeType(type) && { selectionSet: selectionSetOf(below, type, scopeOf(type, scope)) }),
  };
}

function variablesIn(selectionSet: SelectionSetNode): ReadonlySet<string> {
  const names = new Set<string>();
  visit(selectionSet, { Variable: ({ name }) => void names.add(name.value) });
  return names;
}
