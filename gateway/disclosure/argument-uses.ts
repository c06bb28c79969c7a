import { getNamedType, isInputObjectType, isListType, isNonNullType, Kind, valueFromAST } from 'graphql';
import type { ArgumentNode, GraphQLArgument, GraphQLInputObjectType, GraphQLInputType, GraphQLScalarType } from 'graphql';
import { scalars } from '../../schema/scalars/index.ts';
import { GatewayError } from '../errors.ts';
import { readSubjectBy, SUBJECT_BY, SUBJECT_FIELDS } from './asked-subjects.ts';
import type { AskedSubject } from './asked-subjects.ts';
import type { ResolvedField, Variables } from './resolve-operation.ts';

/** What a request's arguments use: the coordinates that need a right, and the subjects they name. */
export interface ArgumentUse {
  field: ResolvedField;
  coordinates: readonly UsedCoordinate[];
  subjects: readonly AskedSubject[];
  /** What was supplied, by the argument's coordinate. */
  values: ReadonlyMap<string, unknown>;
  /** Whether it is the same whatever the variables. */
  isFixed?: boolean;
}

/** An argument or input field that was given a value. */
export interface UsedCoordinate {
  coordinate: string;
  /** Told by the identifier, undefined where nothing tells. */
  person: boolean | undefined;
  /** Whether the value has the form of its scalar: a department would give up its whole answer for one impossible date. */
  wellFormed: boolean;
}

/** The fields of a tree whose arguments are to be governed, outermost first: they depend on the operation alone. */
export function fieldsWithArguments(fields: readonly ResolvedField[]): ResolvedField[] {
  return fields.flatMap((field) => {
    const below = field.fields === undefined ? [] : fieldsWithArguments(field.fields);
    return field.coordinate === null || field.arguments.length === 0 ? below : [field, ...below];
  });
}

/**
 * Walks the values of every argument the client supplies, literals and variables alike, into input objects and lists.
 * @throws {GatewayError} INPUT_INVALID for a value its type does not admit.
 */
export function argumentUse(field: ResolvedField, variables: Variables): ArgumentUse {
  const into: Collected = { coordinates: new Map(), subjects: [] };
  const values = new Map<string, unknown>();
  for (const node of field.arguments) {
    const definition = field.definition.args.find(({ name }) => name === node.name.value);
    if (!definition) throw new GatewayError('INPUT_INVALID');
    const value = suppliedValue(node, definition, variables);
    // An explicit null asks for nothing.
    if (value === undefined || value === null) continue;
    const coordinate = `${field.coordinate}(${definition.name}:)`;
    values.set(coordinate, value);
    collect(coordinate, undefined, isWellFormed(definition.type, value), into);
    walk(definition.type, value, { ...into, argument: definition.name });
  }
  return { field, coordinates: [...into.coordinates.values()], subjects: into.subjects, values };
}

interface Collected {
  /** Each once for a kind of subject, however many subjects are named. */
  coordinates: Map<string, UsedCoordinate>;
  subjects: AskedSubject[];
}

function collect(coordinate: string, person: boolean | undefined, wellFormed: boolean, { coordinates }: Collected): void {
  const key = `${person} ${coordinate}`;
  const known = coordinates.get(key);
  if (known === undefined) coordinates.set(key, { coordinate, person, wellFormed });
  else known.wellFormed &&= wellFormed;
}

function suppliedValue(node: ArgumentNode, definition: GraphQLArgument, variables: Variables): unknown {
  const value = valueFromAST(node.value, definition.type, variables);
  // A variable that was left out supplies nothing; one that is null where null may not stand is no value.
  const isLeftOut = node.value.kind === Kind.VARIABLE && variables[node.value.name.value] === undefined;
  if (value === undefined && !isLeftOut) throw new GatewayError('INPUT_INVALID', { argument: definition.name });
  return value;
}

/** What is collected of one argument. */
interface Walk extends Collected {
  argument: string;
}

function walk(type: GraphQLInputType, value: unknown, into: Walk): void {
  const { argument } = into;
  if (isNonNullType(type)) return walk(type.ofType, value, into);
  if (isListType(type)) {
    for (const item of Array.isArray(value) ? value : [value]) walk(type.ofType, item, into);
    return;
  }
  // No text that anybody keeps has this character, and PostgreSQL takes none.
  if (typeof value === 'string' && value.includes('\0')) throw new GatewayError('INPUT_INVALID', { argument });
  if (!isInputObjectType(type) || value === null || value === undefined) return;
  const object = value as Readonly<Record<string, unknown>>;
  const subject = type.name === SUBJECT_BY ? readSubjectBy(object) : undefined;
  if (subject) into.subjects.push(subject);
  for (const field of fieldsOf(type)) {
    const inner = object[field.name];
    if (inner === null || inner === undefined) continue;
    // An identifier is judged when its subject is read, and only for those who may ask by it.
    const wellFormed = subject !== undefined || isWellFormed(field.type, inner);
    collect(field.coordinate, subject?.person, wellFormed, into);
    if (field.namesSubject) into.subjects.push(readSubjectBy({ id: inner }));
    walk(field.type, inner, into);
  }
}

interface InputField {
  name: string;
  coordinate: string;
  type: GraphQLInputType;
  namesSubject: boolean;
}

/** By the type, which is a schema's for good: a list of subjects asks for the same fields again and again. */
const INPUT_FIELDS = new WeakMap<GraphQLInputObjectType, readonly InputField[]>();

function fieldsOf(type: GraphQLInputObjectType): readonly InputField[] {
  const known = INPUT_FIELDS.get(type);
  if (known !== undefined) return known;
  const fields = Object.values(type.getFields()).map((field) => {
    const coordinate = `${type.name}.${field.name}`;
    return { name: field.name, coordinate, type: field.type, namesSubject: SUBJECT_FIELDS.has(coordinate) };
  });
  INPUT_FIELDS.set(type, fields);
  return fields;
}

function isWellFormed(type: GraphQLInputType, value: unknown): boolean {
  const scalar = scalars[getNamedType(type).name];
  return scalar === undefined || [value].flat(Infinity).every((item) => item === null || parses(scalar, item));
}

function parses(scalar: GraphQLScalarType, value: unknown): boolean {
  try {
    scalar.parseValue(value);
    return true;
  } catch {
    return false;
  }
}
