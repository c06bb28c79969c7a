import {
  doTypesOverlap,
  getNamedType,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isUnionType,
} from 'graphql';
import type { Random } from '../support/random.ts';

/** An operation and the variables to send with it. */
export interface RandomQuery {
  query: string;
  variables: Readonly<Record<string, unknown>>;
}

interface Writing {
  schema: GraphQLSchema;
  random: Random;
  variables: Map<string, { definition: string; value: unknown }>;
  fragments: string[];
}

/** A random operation with aliases, fragments, conditions, variables with and without defaults; it may still be invalid. */
export function randomQuery(schema: GraphQLSchema, random: Random): RandomQuery {
  const writing: Writing = { schema, random, variables: new Map(), fragments: [] };
  const isMutation = schema.getMutationType() != null && random.chance(0.1);
  const root = isMutation ? schema.getMutationType()! : schema.getQueryType()!;
  const selection = selectionSet(root, 0, writing);
  const definitions = [...writing.variables.values()].map(({ definition }) => definition);
  const head = `${isMutation ? 'mutation' : 'query'} ${random.chance(0.5) ? 'Q' : ''}`;
  const values = [...writing.variables].filter(([, { value }]) => value !== undefined).map(([name, { value }]) => [name, value]);
  return {
    query: `${head}${definitions.length > 0 ? `(${definitions.join(', ')})` : ''} ${selection}\n${writing.fragments.join('\n')}`,
    variables: Object.fromEntries(values),
  };
}

const MAX_DEPTH = 5;
/** Some are names of fields that plans fetch for themselves. */
const ALIASES = ['x', 'x', 'y', 'y', 'z', 'z', 'id', 'base', 'price'];

function selectionSet(type: GraphQLCompositeType, depth: number, writing: Writing): string {
  const { random } = writing;
  const parts: string[] = [];
  const count = 1 + random.below(depth === 0 ? 3 : 4);
  for (let index = 0; index < count; index++) parts.push(selection(type, depth, writing));
  return `{ ${parts.join(' ')} }`;
}

function selection(type: GraphQLCompositeType, depth: number, writing: Writing): string {
  const { random, schema } = writing;
  if (depth === 0 && type === schema.getQueryType() && random.chance(0.05))
    return random.pick(['__schema { queryType { name } }', '__type(name: "Color") { name enumValues { name } }']);
  if (random.chance(0.08)) return random.chance(0.3) ? 'kind: __typename' : '__typename';
  if (depth > MAX_DEPTH + 2) return '__typename';
  const narrower = isAbstractType(type)
    ? [...schema.getPossibleTypes(type), ...overlapping(type, schema)]
    : [type, ...overlapping(type, schema)];
  if (isUnionType(type) || random.chance(isAbstractType(type) ? 0.5 : 0.12)) {
    const condition = random.pick(narrower);
    const inner = selectionSet(condition, depth + 0.5, writing);
    if (random.chance(0.3)) {
      const name = `F${writing.fragments.length}`;
      writing.fragments.push('');
      writing.fragments[Number(name.slice(1))] = `fragment ${name} on ${condition.name} ${inner}`;
      return `...${name}${directives(writing)}`;
    }
    return `... on ${condition.name}${directives(writing)} ${inner}`;
  }
  const fields = Object.values(type.getFields()).filter(
    (field) => depth < MAX_DEPTH || !isCompositeType(getNamedType(field.type)),
  );
  if (fields.length === 0) return '__typename';
  return fieldText(random.pick(fields), depth, writing);
}

/** Interfaces and unions that have a type in common with it. */
function overlapping(type: GraphQLCompositeType, schema: GraphQLSchema): GraphQLCompositeType[] {
  return Object.values(schema.getTypeMap()).filter(
    (other) => isAbstractType(other) && doTypesOverlap(schema, type, other),
  ) as GraphQLCompositeType[];
}

function fieldText(field: GraphQLField<unknown, unknown>, depth: number, writing: Writing): string {
  const { random } = writing;
  const alias = random.chance(0.25) ? `${random.pick(ALIASES)}: ` : '';
  const given = field.args
    .filter(({ type, defaultValue }) => (isNonNullType(type) && defaultValue === undefined) || random.chance(0.6))
    .map((argument) => argumentText(argument, writing));
  const args = given.length > 0 ? `(${given.join(', ')})` : '';
  const type = getNamedType(field.type);
  const head = `${alias}${field.name}${args}`;
  if (!isCompositeType(type)) return `${head}${directives(writing)}`;
  const written = (asked: string) => `${asked}${directives(writing)} ${selectionSet(type, depth + 1, writing)}`;
  // The same field again, with other fields of its own: what it is given is the same in any order.
  const again = reversed(head);
  return random.chance(again === head ? 0.1 : 0.7) ? `${written(head)} ${written(again)}` : written(head);
}

/** With the two fields of an input object in the other order. */
function reversed(head: string): string {
  return head.replace(/\{(\w+:[^,{}]+),(\w+:[^,{}]+)\}/g, '{$2,$1}');
}

function argumentText({ name, type }: GraphQLArgument, writing: Writing): string {
  const { random } = writing;
  const inside = getNamedType(type).name;
  if (inside === 'Filter' && random.chance(0.4))
    return `${name}: { text: ${variable('String', random.chance(0.7) ? random.pick(['r', null]) : undefined, writing)} }`;
  if (inside === 'Deep' && random.chance(0.5)) return `${name}: { ${insideDeep(writing)} }`;
  if (!random.chance(0.4)) return `${name}: ${asText(literal(type, random))}`;
  const isRequired = isNonNullType(type);
  // Where a default of the schema's does for it, or one of its own, a variable may be null that stands where null may not.
  const mayBeNull = isRequired && random.chance(0.5);
  const declared = String(mayBeNull ? type.ofType : type);
  const byDefault = (mayBeNull || (!isRequired && !isInputObjectType(type) && !isListType(type))) && random.chance(0.4);
  const definition = byDefault ? `${declared} = ${asText(literal(type, random))}` : declared;
  const isGiven = (isRequired && !mayBeNull) || random.chance(0.7);
  return `${name}: ${variable(definition, isGiven ? literal(type, random) : nullOrNothing(random), writing)}`;
}

/** A variable somewhere in an object that holds objects. */
function insideDeep(writing: Writing): string {
  const { random } = writing;
  const [definition, inner, value] = random.pick([
    ['Filter', 'filter: $', { most: 1, color: 'RED' }],
    ['Int = 7', 'level: $', 6],
    ['Int', 'level: $', 8],
    ['[Filter!]', 'many: $', { text: 'one' }],
    ['Filter!', 'many: [$, { text: "2" }]', { text: 'one' }],
    ['Filter!', 'many: $', { text: 'one', color: null }],
    ['String = "def"', 'many: [{ text: $ }, { color: BLUE, text: $ }]', 'z'],
  ] as const);
  const isGiven = definition === 'Filter!' || random.chance(0.6);
  return inner.replaceAll('$', variable(definition, isGiven ? value : nullOrNothing(random), writing).replace('$', '$$$$'));
}

function nullOrNothing(random: Random): null | undefined {
  return random.chance(0.3) ? null : undefined;
}

/** Declares a variable, which is sent unless it is undefined. */
function variable(definition: string, value: unknown, { variables }: Writing): string {
  const name = `v${variables.size}`;
  variables.set(name, { definition: `$${name}: ${definition}`, value });
  return `$${name}`;
}

function literal(type: GraphQLInputType, random: Random): unknown {
  if (isNonNullType(type)) return literal(type.ofType, random);
  if (isListType(type)) return random.chance(0.2) ? literal(type.ofType, random) : [literal(type.ofType, random)];
  if (isEnumType(type)) return random.pick(type.getValues()).name;
  if (type.name === 'Deep')
    return random.pick([
      {},
      { level: 3 },
      { filter: { most: 2 }, level: 9 },
      { many: [] },
      { many: { text: 'c' } },
      { filter: null, many: [{}] },
    ]);
  if (type.name === 'Stamp') return random.pick([{ a: [1, { b: 'x' }] }, 7, 'st', [1, 'RED'], null, {}]);
  if (isInputObjectType(type)) return { text: random.pick(['p', 'q']), ...(random.chance(0.5) && { most: random.below(3) }) };
  return getNamedType(type).name === 'Int' ? random.below(3) : random.pick(['CNY', 'USD']);
}

function directives(writing: Writing): string {
  const { random } = writing;
  if (!random.chance(0.12)) return '';
  const name = random.pick(['skip', 'include']);
  if (random.chance(0.3)) return ` @${name}(if: ${random.chance(0.5)})`;
  const variable = random.pick(['c0', 'c1']);
  if (!writing.variables.has(variable)) {
    const byDefault = random.chance(0.3);
    writing.variables.set(variable, {
      definition: byDefault ? `$${variable}: Boolean! = ${random.chance(0.5)}` : `$${variable}: Boolean!`,
      value: byDefault && random.chance(0.5) ? undefined : random.chance(0.5),
    });
  }
  return ` @${name}(if: $${variable})`;
}

/** A value as an operation writes it. */
function asText(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll(/"(RED|GREEN|BLUE)"/g, '$1')
    .replaceAll(/"(\w+)":/g, '$1:');
}
