import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isObjectType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  print,
  SchemaMetaFieldDef,
  type SelectionNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  visit,
} from 'graphql';
import { conditionlessDirectives, isIncluded } from './conditions.ts';

/** A field that is asked for, whatever the request's variables still are: conditions are resolved. */
export interface FieldSelection {
  kind: 'field';
  /** What the client calls it. */
  responseKey: string;
  /** What the plan calls it; one plan key never stands for two client's keys. */
  planKey: string;
  node: FieldNode;
  definition: GraphQLField<unknown, unknown>;
  /** Of a field with fields of its own. */
  selections?: readonly Selection[];
}

export interface FragmentSelection {
  kind: 'fragment';
  condition: GraphQLCompositeType;
  selections: readonly Selection[];
}

export type Selection = FieldSelection | FragmentSelection;

/** The operation's selections. */
export interface ResolvedSelections {
  root: GraphQLCompositeType;
  selections: readonly Selection[];
}

/** What an operation is resolved with. */
export interface ResolveInput {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** Values of the variables that conditions name. */
  conditions: Readonly<Record<string, unknown>>;
  /** Beginning of keys that are free to use. */
  ownKey: string;
  /** Names of the fields that always get a key of their own. */
  contestedFields: ReadonlySet<string>;
}

/**
 * Resolves `@skip`, `@include` and fragments of a valid operation and gives each field a key for the plan. A contested field
 * or one with an alias gets a key of its own: plans also ask for keys and for what `@requires` names, by the fields'
 * names, and the answers must not meet.
 */
export function resolveSelections(input: ResolveInput): ResolvedSelections {
  const { schema, document, operation } = input;
  const root = schema.getRootType(operation.operation);
  if (root == null) throw new TypeError(`the schema has no ${operation.operation}`);
  const work: Work = {
    ...input,
    fragments: new Map(
      document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION).map((node) => [node.name.value, node]),
    ),
    resolved: new Map(),
    planKeys: new Map(),
    directedFields: directedFields(document),
  };
  return { root, selections: resolve(operation.selectionSet.selections, root, work) };
}

interface Work extends ResolveInput {
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Named fragments, each resolved once: spread in one another they would double at every step. */
  resolved: Map<string, FragmentSelection>;
  planKeys: Map<string, string>;
  /** Names of the fields that the client gives directives of the subgraphs' own: what comes back may be something else than the field. */
  directedFields: ReadonlySet<string>;
}

function directedFields(document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  visit(document, { Field: (node) => void (conditionlessDirectives(node).length > 0 && names.add(node.name.value)) });
  return names;
}

function resolve(nodes: readonly SelectionNode[], parent: GraphQLCompositeType, work: Work): readonly Selection[] {
  return nodes.flatMap((node): Selection[] => {
    if (!isIncluded(node, work.conditions)) return [];
    if (node.kind === Kind.FIELD) return [fieldOf(node, parent, work)];
    if (node.kind === Kind.FRAGMENT_SPREAD) return [spread(node.name.value, work)];
    const condition = node.typeCondition ? compositeNamed(node.typeCondition.name.value, work) : parent;
    return [{ kind: 'fragment', condition, selections: resolve(node.selectionSet.selections, condition, work) }];
  });
}

function spread(name: string, work: Work): FragmentSelection {
  const known = work.resolved.get(name);
  if (known) return known;
  const node = work.fragments.get(name);
  if (node === undefined) throw new TypeError(`no fragment ${name}`);
  const condition = compositeNamed(node.typeCondition.name.value, work);
  const fragment = { kind: 'fragment', condition, selections: resolve(node.selectionSet.selections, condition, work) } as const;
  work.resolved.set(name, fragment);
  return fragment;
}

function fieldOf(node: FieldNode, parent: GraphQLCompositeType, work: Work): FieldSelection {
  const definition = definitionOf(node.name.value, parent, work.schema);
  const responseKey = (node.alias ?? node.name).value;
  const below = getNamedType(definition.type);
  // Introspection goes to graphql-js as it is, with its fragments and conditions.
  const inner = isCompositeType(below) && !isIntrospection(definition) ? below : undefined;
  return {
    kind: 'field',
    responseKey,
    planKey: planKeyOf(node, definition, work),
    node,
    definition,
    ...(inner && { selections: resolve(node.selectionSet?.selections ?? [], inner, work) }),
  };
}

/** Whether a field describes the schema: answered here, by no subgraph. */
export function isIntrospection(definition: GraphQLField<unknown, unknown>): boolean {
  return definition === SchemaMetaFieldDef || definition === TypeMetaFieldDef;
}

function definitionOf(name: string, parent: GraphQLCompositeType, schema: GraphQLSchema): GraphQLField<unknown, unknown> {
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
  const definition = isUnionType(parent) ? undefined : parent.getFields()[name];
  if (definition) return definition;
  if (isObjectType(parent) && parent === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  }
  throw new TypeError(`no field ${parent.name}.${name}`);
}

/** One for all fields that the specification merges: of the same response key, name and arguments, whatever their directives are (section 5.3.2). */
function planKeyOf(node: FieldNode, definition: GraphQLField<unknown, unknown>, work: Work): string {
  if (definition === TypeNameMetaFieldDef) return definition.name;
  const responseKey = (node.alias ?? node.name).value;
  // By name, not by type: of an object and an interface it implements, both must give a field the same key.
  const contested = work.contestedFields.has(definition.name) || work.directedFields.has(definition.name);
  if (!contested && responseKey === definition.name && !isIntrospection(definition)) return definition.name;
  const identity = [responseKey, definition.name, ...(node.arguments ?? []).map(argumentText).sort()].join(' ');
  const planKey = work.planKeys.get(identity) ?? `${work.ownKey}${work.planKeys.size}`;
  work.planKeys.set(identity, planKey);
  return planKey;
}

/** The fields of an input object have no order (section 3.10). */
function argumentText(argument: ArgumentNode): string {
  return print(
    visit(argument, {
      ObjectValue: {
        leave: (node) => ({
          ...node,
          fields: node.fields.toSorted((one, other) => (one.name.value < other.name.value ? -1 : 1)),
        }),
      },
    }),
  );
}

function compositeNamed(name: string, { schema }: Work): GraphQLCompositeType {
  const type = schema.getType(name);
  if (!isCompositeType(type)) throw new TypeError(`no composite type ${name}`);
  return type;
}
