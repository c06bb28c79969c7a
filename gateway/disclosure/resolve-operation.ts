import {
  BREAK,
  getNamedType,
  getOperationAST,
  isAbstractType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  valueFromAST,
  visit,
  GraphQLBoolean,
} from 'graphql';
import type {
  ArgumentNode,
  DirectiveNode,
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLField,
  GraphQLObjectType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionNode,
} from 'graphql';
import { GatewayError } from '../errors.ts';
import { SUBJECT_ID_KEY } from './disclosure.ts';

/** One field of the operation with fragments inlined and skip and include resolved, in the client's order. */
export interface ResolvedField {
  /** Response keys from the root, with dots between: its place in the operation, whoever resolved it. */
  path: string;
  responseKey: string;
  name: string;
  /** `Type.field`; null for a meta field and everything below one. */
  coordinate: string | null;
  definition: GraphQLField<unknown, unknown>;
  arguments: readonly ArgumentNode[];
  /** Name of its type, lists and non-null taken off. */
  typeName: string;
  fields?: readonly ResolvedField[];
}

/** The coerced variables of a request. */
export type Variables = Readonly<Record<string, unknown>>;

/** Fields an operation may have once fragments are inlined: nested fragments could otherwise multiply without end. */
const MAX_FIELDS = 5000;

/** The query or mutation the request names. @throws {GatewayError} INPUT_INVALID when there is none. */
export function findOperation(document: DocumentNode, operationName: string | null): OperationDefinitionNode {
  const operation = getOperationAST(document, operationName);
  if (operation == null || operation.operation === 'subscription')
    throw new GatewayError('INPUT_INVALID', { argument: 'operationName' });
  return operation;
}

/** Names of the variables that decide about skip and include anywhere in the document, sorted. */
export function conditionVariables(document: DocumentNode): readonly string[] {
  const names = new Set<string>();
  const visitSelection = (selection: SelectionNode): void => {
    for (const { name, arguments: args } of selection.directives ?? [])
      for (const { value } of name.value === 'skip' || name.value === 'include' ? (args ?? []) : [])
        if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    if ('selectionSet' in selection) selection.selectionSet?.selections.forEach(visitSelection);
  };
  for (const definition of document.definitions)
    if ('selectionSet' in definition) definition.selectionSet.selections.forEach(visitSelection);
  return [...names].sort();
}

/** Whether a variable has a part in what the arguments are given. */
export function usesVariables(args: readonly ArgumentNode[]): boolean {
  let uses = false;
  for (const argument of args)
    visit(argument, {
      Variable() {
        uses = true;
        return BREAK;
      },
    });
  return uses;
}

/**
 * Resolves a validated operation into a flat tree, merging fields of one response key as the specification does
 * (CollectFields, spec 6.3.2).
 * @throws {GatewayError} INPUT_INVALID for an alias that is ours or the planner's, QUERY_TOO_COSTLY past the bound of fields,
 * ACT_NOT_ALONE for a mutation of several fields.
 */
export function resolveOperation(request: {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  schema: GraphQLSchema;
  variables: Variables;
}): readonly ResolvedField[] {
  const { document, operation, schema, variables } = request;
  const root = schema.getRootType(operation.operation);
  if (!root) throw new TypeError(`the schema has no ${operation.operation}`);
  const fragments = new Map(
    document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [])),
  );
  const resolution: Resolution = { schema, fragments, variables, count: 0 };
  const fields = resolveFields([operation.selectionSet.selections], { type: root, meta: false, path: '' }, resolution);
  // Each act is decided, done and answered by itself: of two in one request, one could fail after the other was done.
  if (operation.operation === 'mutation' && (fields.length !== 1 || fields[0]?.coordinate === null))
    throw new GatewayError('ACT_NOT_ALONE');
  return fields;
}

interface Resolution {
  schema: GraphQLSchema;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  variables: Variables;
  count: number;
}

interface Parent {
  type: GraphQLObjectType;
  /** Whether it is below `__schema` or `__type`. */
  meta: boolean;
  path: string;
}

type Selections = readonly (readonly SelectionNode[])[];

function resolveFields(selections: Selections, parent: Parent, resolution: Resolution): ResolvedField[] {
  const groups = new Map<string, FieldNode[]>();
  const spread = new Set<string>();
  for (const list of selections) collect(list, { parent, resolution, groups, spread });
  return [...groups.values()].map((nodes) => resolveField(nodes, parent, resolution));
}

function collect(
  selections: readonly SelectionNode[],
  into: { parent: Parent; resolution: Resolution; groups: Map<string, FieldNode[]>; spread: Set<string> },
): void {
  const { parent, resolution, groups, spread } = into;
  for (const selection of selections) {
    if (!isIncluded(selection.directives ?? [], resolution.variables)) continue;
    if (selection.kind === Kind.FIELD) {
      const key = (selection.alias ?? selection.name).value;
      const nodes = groups.get(key);
      if (nodes) nodes.push(selection);
      else groups.set(key, [selection]);
      continue;
    }
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : resolution.fragments.get(selection.name.value);
    if (!fragment || !applies(fragment.typeCondition?.name.value, parent.type, resolution.schema)) continue;
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      if (spread.has(selection.name.value)) continue;
      spread.add(selection.name.value);
    }
    collect(fragment.selectionSet.selections, into);
  }
}

function resolveField(nodes: readonly FieldNode[], parent: Parent, resolution: Resolution): ResolvedField {
  const [node] = nodes;
  const definition = node && definitionOf(node.name.value, parent.type, resolution.schema);
  if (!node || !definition) throw new GatewayError('INPUT_INVALID');
  if (++resolution.count > MAX_FIELDS) throw new GatewayError('QUERY_TOO_COSTLY', { limit: MAX_FIELDS });
  const responseKey = (node.alias ?? node.name).value;
  const name = node.name.value;
  if (isTaken(responseKey, name, parent)) throw new GatewayError('INPUT_INVALID', { argument: 'alias' });
  const meta = parent.meta || name.startsWith('__');
  const type = getNamedType(definition.type);
  const path = `${parent.path}.${responseKey}`;
  return {
    path,
    responseKey,
    name,
    coordinate: meta ? null : `${parent.type.name}.${name}`,
    definition,
    arguments: node.arguments ?? [],
    typeName: type.name,
    ...(isObjectType(type) && { fields: resolveFields(nodes.map(selectionsOf), { type, meta, path }, resolution) }),
  };
}

/**
 * Every key of ours begins with the prefix: a client's field of that name could pose as a subject's id. And the query planner
 * adds an entity's `id` and `__typename` without looking whether another field goes by that name: one's value would leave
 * with the other's treatment.
 */
function isTaken(responseKey: string, name: string, { type }: Parent): boolean {
  if (responseKey.startsWith(OUR_PREFIX)) return true;
  if (responseKey === name) return false;
  return responseKey === TypeNameMetaFieldDef.name || (responseKey === 'id' && type.getFields()['id'] !== undefined);
}

const OUR_PREFIX = SUBJECT_ID_KEY.slice(0, SUBJECT_ID_KEY.lastIndexOf('_'));

function selectionsOf(node: FieldNode): readonly SelectionNode[] {
  return node.selectionSet?.selections ?? [];
}

function definitionOf(name: string, type: GraphQLObjectType, schema: GraphQLSchema) {
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
  const meta = [SchemaMetaFieldDef, TypeMetaFieldDef].find((definition) => definition.name === name);
  return meta && type === schema.getQueryType() ? meta : type.getFields()[name];
}

function applies(condition: string | undefined, type: GraphQLObjectType, schema: GraphQLSchema): boolean {
  if (condition === undefined || condition === type.name) return true;
  const conditional = schema.getType(condition);
  return isAbstractType(conditional) && schema.isSubType(conditional, type);
}

function isIncluded(directives: readonly DirectiveNode[], variables: Variables): boolean {
  return directives.every(({ name, arguments: args }) => {
    if (name.value !== 'skip' && name.value !== 'include') return true;
    const value = args?.[0]?.value;
    const condition = value && valueFromAST(value, GraphQLBoolean, variables);
    // A condition that is no boolean cannot be followed either way.
    if (typeof condition !== 'boolean') throw new GatewayError('INPUT_INVALID', { argument: 'if' });
    return (name.value === 'include') === condition;
  });
}
