import type { GraphQLField, GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { defaultFieldResolver, isObjectType } from 'graphql';
import type { Row } from '../../database/db.ts';
import { argumentText, directiveOf } from '../../schema/composition/coordinates.ts';
import { isPersonSubject, isSubjectId } from '../../schema/identifiers/subject-id.ts';
import { holds, windowOf } from './authorized-window.ts';
import type { DepartmentContext } from './department-context.ts';

/** Types of records that each have a day of their own, and the field that is it. Their rows name the subject in `key`, as loaders do. */
export type DatedRecords = Readonly<Record<string, string>>;

/**
 * Answers null for what is not public, for its subject's kind by the schema's classes, unless the caller may be told of it
 * (`authorized-window.ts`): a bank by an authorization that covers it, and of a dated record only where its day is in the period.
 * What is public stays: anybody may look that up, whatever the period. Throws when a type or its day is not in the schema.
 */
export function keepToPeriod(schema: GraphQLSchema, dated: DatedRecords): void {
  for (const [name, day] of Object.entries(dated)) {
    const type = schema.getType(name);
    if (!isObjectType(type) || type.getFields()[day] === undefined) throw new Error(`${name}.${day} is not in the schema`);
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields()))
      keepField(field, { coordinate: `${type.name}.${field.name}`, day: dated[type.name] });
  }
}

/** What a resolver is given, as far as it tells whose it is: a subject, or a row that a loader gave for one. */
type Source = Row & { id?: string; key?: string };
type FieldResolver = GraphQLFieldResolver<Source | undefined, DepartmentContext>;

function keepField(
  field: GraphQLField<never, DepartmentContext>,
  { coordinate, day }: { coordinate: string; day: string | undefined },
): void {
  const classified = field.astNode ? directiveOf(field.astNode, 'classified') : undefined;
  if (classified === undefined) return;
  const category = argumentText(classified, 'category') ?? '';
  const organization = argumentText(classified, 'as');
  const person = argumentText(classified, 'ofPerson') ?? organization;
  if (organization === 'PUBLIC' && person === 'PUBLIC') return;
  const isMixed = organization === 'PUBLIC' || person === 'PUBLIC';
  const resolve = (field.resolve ?? defaultFieldResolver) as FieldResolver;
  const kept: FieldResolver = (source, args, context, info) => {
    const isPublic = isMixed && (isOrganizations(source) ? organization : person) === 'PUBLIC';
    if (isPublic) return resolve(source, args, context, info);
    const window = windowOf(context, category, coordinate);
    const isTold = window !== null && (day === undefined || holds(window.days, String(source?.[day])));
    return isTold ? resolve(source, args, context, info) : null;
  };
  field.resolve = kept as GraphQLFieldResolver<never, DepartmentContext>;
}

/** Where nothing tells whose it is, it may be a person's. */
function isOrganizations(source: Source | undefined): boolean {
  const subject = source?.id ?? source?.key;
  return subject !== undefined && isSubjectId(subject) && !isPersonSubject(subject);
}
