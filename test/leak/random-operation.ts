import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { Random } from '../support/random.ts';

/** A way to name one subject of the test city in `SubjectBy`. */
export interface SubjectHandle {
  by: Readonly<Record<string, string>>;
  /** Text a search might look for. */
  nameFragment: string;
  /** Cursors of that search, for each of those whom it finds different subjects. */
  cursors: readonly string[];
}

/** A client's request as the leak test sends it. */
export interface RandomOperation {
  query: string;
  operationName?: string;
  variables: Record<string, unknown>;
  lookUps: readonly LookUp[];
}

/** What subjects are looked up by, and the field that is asked so. */
export interface LookUp {
  field: 'Query.subject' | 'Query.subjects';
  by: Readonly<Record<string, string>>;
}

const MAX_DEPTH = 6;

/**
 * A random valid operation over the API schema: aliases, fragments, inline fragments, variables, skip and include,
 * lists and batches, introspection; now and then one that must fail (an impossible identifier, two identifiers at once,
 * a page too large).
 */
export function randomOperation(random: Random, schema: GraphQLSchema, subjects: readonly SubjectHandle[]): RandomOperation {
  const writer: Writer = { random, schema, subjects, fragments: [], variables: {}, definitions: [], lookUps: [], names: 0 };
  const roots = Array.from({ length: 1 + (random.chance(0.25) ? 1 : 0) }, () => rootField(writer));
  if (random.chance(0.05)) roots.push('__schema { queryType { name } types { name } }');
  if (random.chance(0.05)) roots.push('__type(name: "CreditSubject") { fields { name description } }');
  const definitions = writer.definitions.length > 0 ? `(${writer.definitions.join(', ')})` : '';
  const body = `query Look${definitions} { ${roots.join(' ')} }`;
  const query = [body, ...writer.fragments].join('\n');
  return {
    query,
    variables: writer.variables,
    lookUps: writer.lookUps,
    ...(random.chance(0.5) ? { operationName: 'Look' } : {}),
  };
}

interface Writer {
  random: Random;
  schema: GraphQLSchema;
  subjects: readonly SubjectHandle[];
  fragments: string[];
  variables: Record<string, unknown>;
  definitions: string[];
  lookUps: LookUp[];
  names: number;
}

function rootField(writer: Writer): string {
  const { random } = writer;
  const alias = `r${writer.names++}: `;
  const subject = writer.schema.getType('CreditSubject') as GraphQLObjectType;
  const kind = random.next();
  if (kind < 0.06) return ofTheLog(writer, alias);
  if (kind < 0.6)
    return `${alias}subject(by: ${input(writer, 'SubjectBy!', lookUp(writer, 'Query.subject'))}) ${selection(writer, subject, 1)}`;
  if (kind < 0.85) {
    const many = Array.from({ length: 1 + random.below(4) }, () => lookUp(writer, 'Query.subjects'));
    return `${alias}subjects(by: ${input(writer, '[SubjectBy!]!', many)}) ${selection(writer, subject, 1)}`;
  }
  const connection = writer.schema.getType('CreditSubjectConnection') as GraphQLObjectType;
  const { nameFragment, cursors } = random.pick(writer.subjects);
  const name = input(writer, 'String!', nameFragment);
  const after = random.chance(0.3) ? `, after: ${literal(random.pick(cursors))}` : '';
  return `${alias}searchSubjects(name: ${name}, first: ${1 + random.below(5)}${after}) ${selection(writer, connection, 1)}`;
}

/** What is on the log about subjects: the caller's own history, or what auditors read. */
function ofTheLog(writer: Writer, alias: string): string {
  const { random, schema } = writer;
  if (random.chance(0.4))
    return `${alias}mySubject ${selection(writer, schema.getType('CreditSubject') as GraphQLObjectType, 1)}`;
  const connection = schema.getType('QueryLogConnection') as GraphQLObjectType;
  if (random.chance(0.7)) {
    const filter = random.pick([
      '',
      ', filter: {decision: REFUSED}',
      ', filter: {purpose: "LOAN_PRE", field: "CreditSubject.name"}',
    ]);
    return `${alias}queryLog(first: ${1 + random.below(8)}${filter}) ${selection(writer, connection, 1)}`;
  }
  const group = random.pick(['ORGANIZATION', 'FIELD', 'OPERATOR']);
  const statistic = schema.getType('QueryLogStatistic') as GraphQLObjectType;
  return `${alias}queryLogStatistics(groupBy: ${group}, interval: DAY) ${selection(writer, statistic, 1)}`;
}

function lookUp({ random, subjects, lookUps }: Writer, field: LookUp['field']): Record<string, string> {
  const { by } = random.pick(subjects);
  const asked: Record<string, string> = random.chance(0.97)
    ? { ...by }
    : random.pick<Record<string, string>>([
        { ...by, id: 'o-AAAAAAAAAAAAAAAAAAAAAA' },
        {},
        { unifiedSocialCreditCode: '91999900MA0000000X' },
        { id: 'nobody' },
      ]);
  // What is asked decides whose treatments apply: an id of nobody may be of the other kind than the subject it was made from.
  lookUps.push({ field, by: asked });
  return { ...asked };
}

/** A value in the text, as a variable, or as the default of one that may be null, which may stand even where null may not. */
function input(writer: Writer, type: string, value: unknown): string {
  if (writer.random.chance(0.5)) return literal(value);
  const name = `v${writer.names++}`;
  // The oracle reads conditions from the variables alone.
  const isDefault = type !== 'Boolean!' && writer.random.chance(0.2);
  writer.definitions.push(isDefault ? `$${name}: ${type.replace(/!$/, '')} = ${literal(value)}` : `$${name}: ${type}`);
  if (!isDefault) writer.variables[name] = value;
  return `$${name}`;
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, inner]) => `${key}: ${literal(inner)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value);
}

function selection(writer: Writer, type: GraphQLObjectType, depth: number): string {
  const { random } = writer;
  const fields = Object.values(type.getFields());
  const leaves = fields.filter((field) => !isObjectType(getNamedType(field.type)));
  // A connection has no leaves of its own: it is gone through even at the bottom.
  const reachable = depth < MAX_DEPTH || leaves.length === 0 ? fields : leaves;
  const share = 0.25 + random.next() * 0.5;
  const chosen = reachable.filter(() => random.chance(share));
  if (chosen.length === 0) chosen.push(random.pick(reachable));
  const parts = chosen.map((field) => oneField(writer, field, depth));
  if (random.chance(0.15)) parts.push('__typename');
  const repeatable = parts.filter((part) => !part.includes('{'));
  if (repeatable.length > 0 && random.chance(0.15)) parts.unshift(random.pick(repeatable));
  return `{ ${group(writer, type, parts).join(' ')} }`;
}

/** Hides some of the fields in an inline or named fragment. */
function group(writer: Writer, type: GraphQLObjectType, parts: string[]): string[] {
  const { random } = writer;
  const style = random.next();
  if (parts.length < 2 || style < 0.7) return parts;
  const kept = parts.slice(0, parts.length >> 1);
  const moved = parts.slice(parts.length >> 1).join(' ');
  if (style < 0.85) return [...kept, `... on ${type.name}${condition(writer)} { ${moved} }`];
  const name = `F${writer.names++}`;
  writer.fragments.push(`fragment ${name} on ${type.name} { ${moved} }`);
  return [...kept, `...${name}${condition(writer)}`];
}

function oneField(writer: Writer, field: GraphQLField<unknown, unknown>, depth: number): string {
  const { random } = writer;
  const type = getNamedType(field.type);
  const given = field.args.map((argument) => argumentText(writer, argument)).filter((text) => text !== '');
  // Arguments on one response key must agree, so a field with arguments always gets an alias of its own.
  const hostile = random.chance(0.004) ? random.pick(['id: ', '__typename: ', '_xinqiao_id: ']) : undefined;
  const alias = hostile ?? (given.length > 0 || random.chance(0.2) ? `a${writer.names++}: ` : '');
  const arguments_ = given.length > 0 ? `(${given.join(', ')})` : '';
  const below = isObjectType(type) ? ` ${selection(writer, type, depth + 1)}` : '';
  return `${alias}${field.name}${arguments_}${condition(writer)}${below}`;
}

function argumentText(writer: Writer, argument: GraphQLArgument): string {
  const { random } = writer;
  const required = isNonNullType(argument.type) || isListType(argument.type);
  if (!required && random.chance(0.6)) return '';
  const value = argumentValue(random, argument.name, getNamedType(argument.type).name);
  return value === undefined ? '' : `${argument.name}: ${input(writer, String(argument.type), value)}`;
}

function argumentValue(random: Random, name: string, type: string): unknown {
  if (/year$/i.test(name)) return 2015 + random.below(12);
  if (name === 'skip') return random.below(3);
  if (type === 'Int') return random.chance(0.97) ? 1 + random.below(8) : 100_000;
  // A department refuses an impossible date with all that it was asked. Where the field is withheld the gateway never asks,
  // the oracle does: there it would lose what else of that department is shown. The decisions' departments have nothing else.
  if (type === 'Date')
    return random.chance(0.97) || !name.startsWith('decided')
      ? `20${15 + random.below(12)}-0${1 + random.below(9)}-1${random.below(10)}`
      : '2024-02-30';
  // Now and then a threshold that is not offered.
  if (type === 'Money') return random.pick(['0', '10000', '100000.00', '500000', '123.45']);
  if (type === 'Count') return random.pick(['0', '10', '50', '11']);
  if (name === 'month') return `20${20 + random.below(7)}-0${random.chance(0.9) ? 1 : 2}`;
  if (type === 'Month') return `20${15 + random.below(12)}-0${1 + random.below(9)}`;
  return undefined;
}

function condition(writer: Writer): string {
  const { random } = writer;
  if (random.chance(0.85)) return '';
  const directive = random.pick(['skip', 'include']);
  return ` @${directive}(if: ${input(writer, 'Boolean!', random.chance(0.5))})`;
}
