import {
  type DocumentNode,
  type FieldNode,
  getNamedType,
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isUnionType,
  Kind,
  print,
  type SelectionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { ExecutionAnswer } from '../../gateway/execution/index.ts';

/** An operation as it was run. */
export interface RunOperation {
  document: DocumentNode;
  variables: Readonly<Record<string, unknown>>;
  schema: GraphQLSchema;
  supergraphSdl: string;
  answer: ExecutionAnswer;
}

/** What a run of random operations must have met, each at least once. */
export const FEATURES = [
  'alias',
  'field written twice',
  'field written twice with its input in another order',
  'named fragment',
  'condition by variable on a field',
  'condition on a fragment',
  'default of a variable',
  'variable inside an input object or list',
  'variable that is null',
  'variable that may be null where null may not stand',
  'custom scalar',
  'list of lists',
  'interface',
  'union',
  'type condition',
  'fragment on an abstract type in one on another type',
  '@interfaceObject',
  'nested key',
  'compound key',
  'key that is not resolvable',
  '@requires',
  '@requires with arguments',
  '@requires of one field with other arguments',
  '@provides',
  '@override',
  '@override with a label',
  '@fromContext',
  '@inaccessible enum value',
  'mutation',
  'several mutations',
  '__typename at the root',
  '__typename under an alias',
  '__typename on an abstract type',
  'introspection beside data',
  'error with a path',
  'null that climbed',
] as const;

export type Feature = (typeof FEATURES)[number];

/** Names the features that an operation meets. */
export function featuresOf({ document, variables, schema, supergraphSdl, answer }: RunOperation): ReadonlySet<Feature> {
  const found = new Set<Feature>();
  const types = new TypeInfo(schema);
  const fields = new Set<string>();
  const mayBeNull = new Set<string>();
  visit(
    document,
    visitWithTypeInfo(types, {
      OperationDefinition(node) {
        if (node.operation !== 'mutation') return;
        found.add('mutation');
        if (node.selectionSet.selections.length > 1) found.add('several mutations');
      },
      FragmentDefinition: () => void found.add('named fragment'),
      InlineFragment({ typeCondition, selectionSet }) {
        if (typeCondition && typeCondition.name.value !== types.getParentType()?.name) found.add('type condition');
        const inner = selectionSet.selections.flatMap((node) =>
          node.kind === Kind.INLINE_FRAGMENT && node.typeCondition ? [node.typeCondition.name.value] : [],
        );
        if (inner.some((name) => name !== typeCondition?.name.value && isAbstractType(schema.getType(name))))
          found.add('fragment on an abstract type in one on another type');
      },
      VariableDefinition({ defaultValue, variable, type }) {
        if (type.kind !== Kind.NON_NULL_TYPE) mayBeNull.add(variable.name.value);
        if (defaultValue && !(variable.name.value in variables)) found.add('default of a variable');
      },
      Directive(node, _key, _parent, _path, ancestors) {
        const on = ancestors.at(-1);
        if (!isNode(on) || (node.name.value !== 'skip' && node.name.value !== 'include')) return;
        if (on.kind !== Kind.FIELD) found.add('condition on a fragment');
        else if (node.arguments?.[0]?.value.kind === Kind.VARIABLE) found.add('condition by variable on a field');
      },
      Variable({ name }, _key, parent) {
        if (variables[name.value] === null) found.add('variable that is null');
        if (isNonNullType(types.getInputType()) && mayBeNull.has(name.value))
          found.add('variable that may be null where null may not stand');
        if (Array.isArray(parent) || (isNode(parent) && parent.kind === Kind.OBJECT_FIELD))
          found.add('variable inside an input object or list');
      },
      Field({ alias, name }) {
        fields.add(name.value);
        if (alias) found.add('alias');
        for (const feature of featuresOfField(name.value, alias !== undefined, types)) found.add(feature);
      },
      SelectionSet: ({ selections }) => writtenTwice(selections).forEach((feature) => found.add(feature)),
    }),
  );
  for (const [feature, means] of MEANS) if (means({ fields, supergraphSdl })) found.add(feature);
  if (answer.errors.some(({ path }) => path !== undefined)) found.add('error with a path');
  if (answer.errors.some(({ path = [] }) => climbed(answer.data, path))) found.add('null that climbed');
  return found;
}

function isNode(value: unknown): value is { kind: string } {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

function writtenTwice(selections: readonly SelectionNode[]): Feature[] {
  const fields = selections.filter((node) => node.kind === Kind.FIELD && node.selectionSet !== undefined) as FieldNode[];
  return fields.flatMap((field, index): Feature[] => {
    const again = fields.find((other, at) => at > index && responseKey(other) === responseKey(field));
    if (again === undefined) return [];
    const given = ({ arguments: args = [] }: FieldNode) => args.map(print).join();
    return given(again) === given(field)
      ? ['field written twice']
      : ['field written twice', 'field written twice with its input in another order'];
  });
}

function responseKey({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}

function featuresOfField(name: string, aliased: boolean, types: TypeInfo): Feature[] {
  const found: Feature[] = [];
  const [parent, type] = [types.getParentType(), types.getType()];
  if (name === '__schema' || name === '__type') found.push('introspection beside data');
  if (isInterfaceType(parent)) found.push('interface');
  if (type && isUnionType(getNamedType(type))) found.push('union');
  if (type && getNamedType(type).name === 'Stamp') found.push('custom scalar');
  let inner: unknown = type;
  let lists = 0;
  while (inner && typeof inner === 'object' && 'ofType' in inner) {
    if (isListType(inner)) lists++;
    inner = inner.ofType;
  }
  if (lists > 1) found.push('list of lists');
  if (name !== '__typename') return found;
  if (aliased) found.push('__typename under an alias');
  if (isInterfaceType(parent) || isUnionType(parent)) found.push('__typename on an abstract type');
  if (parent?.name === 'Query' || parent?.name === 'Mutation') found.push('__typename at the root');
  return found;
}

/** By the names that the random federations give to what needs a directive. */
const MEANS: readonly [Feature, (asked: { fields: ReadonlySet<string>; supergraphSdl: string }) => boolean][] = [
  [
    '@interfaceObject',
    ({ fields, supergraphSdl }) => supergraphSdl.includes('isInterfaceObject: true') && (fields.has('b0') || fields.has('b1')),
  ],
  ['nested key', ({ supergraphSdl }) => supergraphSdl.includes('key: "org { id }"')],
  ['compound key', ({ supergraphSdl }) => supergraphSdl.includes('key: "id sku"')],
  ['key that is not resolvable', ({ supergraphSdl }) => supergraphSdl.includes('resolvable: false')],
  ['@requires', ({ fields }) => fields.has('needs')],
  ['@requires with arguments', ({ fields, supergraphSdl }) => fields.has('needs') && supergraphSdl.includes('requires: "price(')],
  ['@requires of one field with other arguments', ({ fields }) => fields.has('needs') && fields.has('needsToo')],
  ['@provides', ({ fields }) => fields.has('a_top') && fields.has('given')],
  ['@override', ({ fields }) => fields.has('moved')],
  ['@override with a label', ({ fields }) => fields.has('moving')],
  ['@fromContext', ({ fields }) => fields.has('within')],
  ['@inaccessible enum value', ({ fields }) => fields.has('unit')],
];

/** Whether the place of an error is gone: a null above it took it along. */
function climbed(data: unknown, path: readonly (string | number)[]): boolean {
  let value = data;
  for (const step of path.slice(0, -1)) {
    if (value === null || value === undefined) return true;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value === null;
}
