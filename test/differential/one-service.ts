import {
  buildSchema,
  type DocumentNode,
  execute,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isObjectType,
  printSchema,
} from 'graphql';
import { dataOf, resolveField, type Weather } from './subgraph-data.ts';

/** What one service answers. */
export interface ServiceAnswer {
  data: unknown;
  errors?: readonly { message: string; path: readonly (string | number)[] }[];
}

/**
 * The same data behind one schema, executed by graphql-js: what the specification says the answer is, without a plan.
 * @param required the fields that `needs` shows, by entity.
 */
export function oneServiceOf(apiSchema: GraphQLSchema, weather: Weather, required: ReadonlyMap<string, string>) {
  const schema = buildSchema(printSchema(apiSchema));
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      field.resolve = (
        source: Record<string, unknown> | undefined,
        args: Record<string, unknown>,
        _: unknown,
        info: GraphQLResolveInfo,
      ) => {
        const needed =
          field.name === 'needs' || field.name === 'needsToo'
            ? requiredOf(source ?? {}, field.name === 'needs' ? (required.get(type.name) ?? '') : 'price USD', {
                type,
                schema,
                weather,
              })
            : {};
        return resolveField({ ...source, ...needed }, args, { info, weather });
      };
    }
  }
  return async (document: DocumentNode, variableValues: Readonly<Record<string, unknown>>) =>
    JSON.parse(JSON.stringify(await execute({ schema, document, variableValues }))) as ServiceAnswer;
}

/** The representation's part that `@requires` adds; what fails or must not be null is null there. */
function requiredOf(
  source: Record<string, unknown>,
  selection: string,
  { type, schema, weather }: { type: GraphQLObjectType; schema: GraphQLSchema; weather: Weather },
): Record<string, unknown> {
  const ask = (of: GraphQLObjectType, parent: Record<string, unknown>, fieldName: string, args = {}) => {
    const returnType = of.getFields()[fieldName]!.type;
    try {
      return dataOf(parent, args, { info: { fieldName, returnType, schema }, weather, isRoot: false });
    } catch {
      return null;
    }
  };
  if (selection === 'base') return { base: ask(type, source, 'base') };
  if (selection === 'price') return { price: ask(type, source, 'price', { currency: 'EUR' }) };
  if (selection === 'price USD') return { price: ask(type, source, 'price', { currency: 'USD' }) };
  if (selection.startsWith('price')) return { price: ask(type, source, 'price', { currency: 'CNY' }) };
  if (!selection.startsWith('box')) return {};
  const box = ask(type, source, 'box') as Record<string, unknown> | null;
  const size = schema.getType('Size') as GraphQLObjectType;
  const h = box && ask(size, box, 'h');
  return { box: box && h !== null ? { w: ask(size, box, 'w'), h } : null };
}
