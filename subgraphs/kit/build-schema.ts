import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { defaultFieldResolver, isObjectType, parse } from 'graphql';
import { isSubjectId } from '../../schema/identifiers/subject-id.ts';
import { scalars } from '../../schema/scalars/index.ts';
import { isGatewaySubgraph } from '../../schema/signed-context.ts';
import type { DepartmentContext } from './department-context.ts';
import { assertMayAskAbout } from './department-context.ts';
import { DepartmentError } from './department-error.ts';
import type { Department } from './department.ts';
import { keepToPeriod } from './keep-to-period.ts';

/** The most entities one request may ask for; the gateway's own limits are lower. */
const MOST_ENTITIES = 1000;

type FieldResolver = GraphQLFieldResolver<unknown, DepartmentContext>;

/**
 * The department's executable schema. Whatever its resolvers do, a field of a credit subject is resolved only when the
 * caller may ask about that subject, and what is not public only when it may be told of it: a bank by an authorization, within its period.
 * Throws when the SDL is not a valid subgraph.
 */
export function buildSchema(department: Department): GraphQLSchema {
  const resolvers = {
    ...scalars,
    ...department.resolvers,
    CreditSubject: { __resolveReference: resolveSubject, ...department.resolvers['CreditSubject'] },
  };
  const schema = buildSubgraphSchema([{ typeDefs: parse(department.sdl), resolvers }] as Parameters<
    typeof buildSubgraphSchema
  >[0]);
  guardSubjects(schema);
  // What the gateway keeps of its own is nobody's records: no authorization covers it.
  if (!isGatewaySubgraph(department.name)) keepToPeriod(schema, department.dated);
  const root = schema.getQueryType()?.getFields();
  // A department's records are a subject's; what the gateway keeps of its own need not be.
  if (!root?.['_service'] || (!root['_entities'] && !isGatewaySubgraph(department.name)))
    throw new Error(`${department.name}: the schema has no entity`);
  root['_service'].resolve = () => ({ sdl: department.sdl });
  if (root['_entities']) root['_entities'].resolve = limitEntities(root['_entities'].resolve ?? defaultFieldResolver);
  return schema;
}

function resolveSubject(reference: { id?: unknown }, context: DepartmentContext): { id: string } {
  const { id } = reference;
  if (typeof id !== 'string' || !isSubjectId(id)) throw new DepartmentError('INPUT_INVALID');
  assertMayAskAbout(context, id);
  return { id };
}

function guardSubjects(schema: GraphQLSchema): void {
  const type = schema.getType('CreditSubject');
  if (!isObjectType(type)) return;
  for (const field of Object.values(type.getFields())) {
    const resolve: FieldResolver = field.resolve ?? defaultFieldResolver;
    const guarded: FieldResolver = (source, args, context, info) => {
      assertMayAskAbout(context, (source as { id: string }).id);
      return resolve(source, args, context, info);
    };
    field.resolve = guarded;
  }
}

function limitEntities(resolve: FieldResolver): FieldResolver {
  return (source, args, context, info) => {
    const representations: unknown = args['representations'];
    if (!Array.isArray(representations) || representations.length > MOST_ENTITIES || !representations.every(isSubjectReference)) {
      throw new DepartmentError('INPUT_INVALID');
    }
    return resolve(source, args, context, info);
  };
}

/** Anything else would reach errors of the library that quote it. */
function isSubjectReference(representation: unknown): boolean {
  return (
    typeof representation === 'object' &&
    representation !== null &&
    '__typename' in representation &&
    representation.__typename === 'CreditSubject'
  );
}
