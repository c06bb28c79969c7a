import type { GraphQLField, GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { defaultFieldResolver, isObjectType } from 'graphql';
import type { Row } from '../../database/db.ts';
import { argumentText, directiveOf } from '../../schema/composition/coordinates.ts';
import { isPersonSubject } from '../../schema/identifiers/subject-id.ts';
import { holds, windowOf } from './authorized-window.ts';
import type { DepartmentContext } from './department-context.ts';

/** Types of records that each have a day of their own, and the field that is it. Their rows name the subject in `key`, as loaders do. */
export type DatedRecords = Readonly<Record<string, string>>;

/**
 * Answers null for what is not public of a dated record, for its subject's kind by the schema's classes, unless the caller may
 * be told of the record's day (`authorized-window.ts`). What is public of the record stays: anybody may look that up, whatever
 * the period. Throws when a type or its day is not in the schema.
 */
export function keepToPeriod(schema: GraphQLSchema, dated: DatedRecords): void {
  for (const [name, day] of Object.entries(dated)) {
    const type = schema.getType(name);
    const fields = isObjectType(type) ? type.getFields() : {};
    if (fields[day] === undefined) throw new Error(`${name}.${day} is not in the schema`);
    for (const field of Object.values(fields)) keepField(field, { coordinate: `${name}.${field.name}`, day });
  }
}

type FieldResolver = GraphQLFieldResolver<Row & { key: string }, DepartmentContext>;

function keepField(
  field: GraphQLField<never, DepartmentContext>,
  { coordinate, day }: { coordinate: string; day: string },
): void {
  const classified = field.astNode ? directiveOf(field.astNode, 'classified') : undefined;
  const category = argumentText(classified, 'category') ?? '';
  const organization = argumentText(classified, 'as');
  const person = argumentText(classified, 'ofPerson') ?? organization;
  if (organization === 'PUBLIC' && person === 'PUBLIC') return;
  const resolve = (field.resolve ?? defaultFieldResolver) as FieldResolver;
  const kept: FieldResolver = (row, args, context, info) => {
    const isPublic = (isPersonSubject(row.key) ? person : organization) === 'PUBLIC';
    if (isPublic) return resolve(row, args, context, info);
    const window = windowOf(context, category, coordinate);
    return window !== null && holds(window.days, String(row[day])) ? resolve(row, args, context, info) : null;
  };
  field.resolve = kept as GraphQLFieldResolver<never, DepartmentContext>;
}
