import { buildSubgraphSchema } from '@apollo/subgraph';
import { createHash } from 'node:crypto';
import {
  graphql,
  GraphQLError,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  parse,
} from 'graphql';
import type { SubgraphAnswer, SubgraphRequest } from '../../gateway/execution/index.ts';

/** Answers requests to one subgraph. */
export type Ask = (request: SubgraphRequest) => Promise<SubgraphAnswer>;

/** How often values are null, and fields fail. */
export interface Weather {
  seed: number;
  nulls: number;
  failures: number;
  /** How often a subgraph does not know an entity. */
  missing: number;
}

type Source = Readonly<Record<string, unknown>>;

/**
 * A subgraph whose data follow from type, id, field and arguments alone: whichever subgraph is asked, in whatever order,
 * the answer is the same. Required fields show in the fields that need them.
 */
export function subgraphOf(sdl: string, weather: Weather): Ask {
  const schema = buildSubgraphSchema(parse(sdl));
  for (const type of Object.values(schema.getTypeMap())) {
    if (isInterfaceType(type)) {
      const resolve = (reference: Source) =>
        referenced(String(runtimeType(type, Number(reference['id']), schema)), reference, weather);
      type.extensions = { apollo: { subgraph: { resolveReference: resolve } } };
    }
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    if (type.name !== '_Service')
      type.extensions = {
        apollo: { subgraph: { resolveReference: (reference: Source) => referenced(type.name, reference, weather) } },
      };
    for (const [name, field] of Object.entries(type.getFields())) {
      if (name === '_entities' || name === '_service' || type.name === '_Service') continue;
      field.resolve = (source: Source | undefined, args: Source, _context: unknown, info: GraphQLResolveInfo) =>
        resolveField(source ?? {}, args, { info, weather });
    }
  }
  return async ({ query, variables, operationName }) => {
    const result = await graphql({ schema, source: query, variableValues: variables, operationName: operationName ?? null });
    return JSON.parse(JSON.stringify(result)) as SubgraphAnswer;
  };
}

function referenced(typeName: string, reference: Source, weather: Weather): Source | null {
  const { sku, org } = reference as { sku?: string; org?: { id: string } };
  const id = reference['id'] ?? sku?.slice(2) ?? org?.id.slice(2);
  if (roll(weather, 'entity', id) < weather.missing) return null;
  return { ...reference, __typename: typeName, id };
}

/** Resolves a field as the subgraph that owns it would. */
export function resolveField(
  source: Source,
  args: Source,
  { info, weather }: { info: GraphQLResolveInfo; weather: Weather },
): unknown {
  const { fieldName, parentType, schema } = info;
  const { id } = source;
  const isRoot = parentType === schema.getQueryType() || parentType === schema.getMutationType();
  if (!isRoot && fieldName === 'id') return id;
  if (fieldName === 'sku') return `s-${String(id)}`;
  if (fieldName === 'org') return { __typename: 'Org', id: `g-${String(id)}` };
  // In one service the object around comes with the object; in a federation its id comes as an argument.
  if (fieldName === 'within') return `${String(id)} within ${String(args['tag'] ?? source['around'])} ${String(args['n'])}`;
  // External fields that were sent, by @requires.
  const { base, box, price } = source;
  if (fieldName === 'needs' || fieldName === 'needsToo') return `needs ${JSON.stringify([base, box, price])}`;
  const data = dataOf(source, args, { info, weather, isRoot });
  return fieldName === 'inner' ? within(data, id) : data;
}

function within(data: unknown, around: unknown): unknown {
  if (Array.isArray(data)) return data.map((each: unknown) => within(each, around));
  return data && { ...(data as object), around };
}

/** A field's value without regard to who is asked. */
export function dataOf(
  { id }: Source,
  args: Source,
  {
    info,
    weather,
    isRoot,
  }: { info: Pick<GraphQLResolveInfo, 'fieldName' | 'returnType' | 'schema'>; weather: Weather; isRoot: boolean },
): unknown {
  const { fieldName, returnType, schema } = info;
  const identity = JSON.stringify([isRoot ? 'root' : id, fieldName, args]);
  if (roll(weather, 'fail', identity) < weather.failures)
    throw new GraphQLError(`no ${fieldName}`, { extensions: { code: `FAILED_${fieldName.toUpperCase()}` } });
  return valueOf(returnType, identity, { schema, weather });
}

const STAMPS = [{ a: [1, { b: null }] }, 'q"\\\n', 'plain', 1e21, -0.5, 2 ** 53, 0, true, [], ['x', [2]], '\u0001', {}];
const COLORS = ['RED', 'GREEN', 'BLUE', 'BLACK'];

function valueOf(type: GraphQLOutputType, identity: string, around: { schema: GraphQLSchema; weather: Weather }): unknown {
  const { schema, weather } = around;
  if (isNonNullType(type)) {
    // Rarely a subgraph breaks its own promise, and answers an error for it.
    if (roll(weather, 'broken', identity) < weather.nulls / 4) return null;
    return valueOf(type.ofType, `${identity}!`, { schema, weather: { ...weather, nulls: 0 } });
  }
  if (roll(weather, 'null', identity) < weather.nulls) return null;
  const number = Math.floor(roll(weather, 'value', identity) * 1000);
  if (isListType(type))
    return Array.from({ length: number % 4 }, (_, index) => valueOf(type.ofType, `${identity}${index}`, around));
  if (isEnumType(type)) {
    const name = COLORS[number % COLORS.length] ?? '';
    // Clients do not know every colour.
    return type.getValue(name) ? name : null;
  }
  if (isAbstractType(type)) return { __typename: runtimeType(type, number, schema), id: String(number % 5) };
  if (isObjectType(type)) return { __typename: type.name, id: String(idOf(type.name, number)) };
  if (getNamedType(type).name === 'Stamp') return STAMPS[number % STAMPS.length];
  return { Int: number, Float: number / 8, Boolean: number % 2 === 0 }[getNamedType(type).name] ?? `${number}`;
}

/** One id is of one type, whoever says so. */
function runtimeType(
  type: Parameters<typeof getNamedType>[0] & object,
  number: number,
  schema: GraphQLSchema,
): string | undefined {
  const named = getNamedType(type);
  if (!isAbstractType(named)) return named?.name;
  const possible = schema
    .getPossibleTypes(named)
    .map(({ name }) => name)
    .sort();
  return possible[(number % 5) % possible.length];
}

/** Books and films share their ids: even ones are books. */
function idOf(typeName: string, number: number): number {
  if (typeName === 'Book') return (number % 3) * 2;
  return typeName === 'Film' ? (number % 2) * 2 + 1 : number % 5;
}

/** A number in [0, 1) that follows from what is rolled for. */
function roll({ seed }: Weather, ...what: unknown[]): number {
  return (
    createHash('sha256')
      .update(JSON.stringify([seed, ...what]))
      .digest()
      .readUInt32BE() /
    2 ** 32
  );
}
