import fc from 'fast-check';
import {
  buildSchema,
  getNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getOperationAST,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  parse,
} from 'graphql';
import { parseByteTexts } from '../../byte-text.ts';
import { Tally } from '../../desensitization/tally.ts';
import { compileTreatments } from '../../desensitization/treatments.ts';
import { type FieldTreatment, type PlannedField, SUBJECT_ID_KEY } from '../../disclosure/disclosure.ts';
import { oncePer } from '../../once-per.ts';
import { Written } from '../../written.ts';
import { resolveSelections, type Selection } from '../compiled/resolve-selections.ts';
import { compileShape } from '../compiled/shape.ts';
import { PARSED_FIRST, recognitionOf, type RecognizeAnswer } from './recognize.ts';

/** A city of what a passage can hold. */
const SDL = `
  scalar Money
  enum Status { VALID REVOKED }
  type Query { subject: CreditSubject }
  type CreditSubject {
    id: ID! licenses: [License!] profile: License! grid: [[License]!] tags: [String] score: Float parties: [Party] other: CreditSubject
  }
  type License {
    no: String! ref: ID status: Status! amount: Money count: Int! rate: Float open: Boolean tags: [String!] issuer: Issuer
    history: [[Issuer!]]
  }
  type Issuer { name: String level: Int! }
  interface Party { name: String }
`;
const CITY = buildSchema(SDL);
/** The same schema again, as after a reload. */
export const CITY_AGAIN = buildSchema(SDL);
const SUBJECT = CITY.getType('CreditSubject') as GraphQLObjectType;
/** An organization, a person, and somebody of whom nobody can say which. */
export const SUBJECTS = [`o-${'A'.repeat(22)}`, `p-${'B'.repeat(22)}`, 'o-short'] as const;

/** A field that a client asks for, by its name or another, or that a rule withholds from everybody so that nobody is asked. */
export interface Asked {
  name: string;
  alias?: string;
  treatments: readonly [organization: FieldTreatment, person: FieldTreatment];
  isFetched: boolean;
  isSubject?: boolean;
  /** Whether it is fetched for the record alone. */
  isHidden?: boolean;
  fields?: readonly Asked[];
}

/** The answer to a question about a subject, with what the tally noted. */
export interface Passed {
  json: string;
  counts: unknown;
  faults: number;
}

/** What clients ask, and how one department's answer to it passes: unread where it is recognized, and read. */
export function question(
  asked: readonly Asked[],
  {
    reversed = false,
    subject = SUBJECTS[0],
    recognizedIn = CITY,
  }: { reversed?: boolean; subject?: string; recognizedIn?: GraphQLSchema } = {},
) {
  const document = parse(`{ subject { ${SUBJECT_ID_KEY}: id ${textOf(asked)} } }`);
  const resolved = resolveSelections({
    schema: CITY,
    document,
    operation: getOperationAST(document)!,
    conditions: {},
    ownKey: '_q',
    contestedFields: new Set(['rate']),
  });
  const [root] = resolved.selections as [Selection & { kind: 'field' }];
  const [id, ...fields] = root.selections as (Selection & { kind: 'field' })[];
  const ordered = reversed ? backwards(fields) : fields;
  const text = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on CreditSubject {${planText(ordered)}} } }`;
  const treatments = compileTreatments([
    planned({ name: 'subject', treatments: [reveal, reveal], isFetched: true, isSubject: true, fields: asked }, 'Query'),
  ]);
  const shape = compileShape(resolved, { schema: CITY, ownersOf: () => [], isHidden: () => false }, treatments);
  let written = 0;
  const pass = (entity: unknown): Passed => {
    const tally = new Tally();
    const { data, faults } = shape({ subject: { [id!.planKey]: subject, ...(entity as object) } }, tally);
    if (data?.['subject'] instanceof Written) written++;
    return { json: JSON.stringify(data), counts: treatments.countsOf(tally), faults: faults.length };
  };
  const recognize = afterOthers(recognitionOf(text, new Set(), recognizedIn));
  return {
    recognize,
    pass,
    /** Undefined where it is not recognized. */
    unread(bytes: Buffer): Passed | undefined {
      const data = recognize(bytes) as { _entities: unknown[] } | undefined;
      return data && pass(data._entities[0]);
    },
    read: (bytes: Buffer) => pass((parseByteTexts(bytes) as { data: { _entities: unknown[] } }).data._entities[0]),
    /** How often what was recognized was passed on without being read. */
    written: () => written,
    /** What the department may answer: an entity. */
    answers: () => objectOf(SUBJECT, ordered),
  };
}

/** What it says once as many answers were parsed as have to be first. */
export const afterOthers = oncePer((recognize: RecognizeAnswer): RecognizeAnswer => {
  for (let answers = 0; answers < PARSED_FIRST; answers++) recognize(Buffer.alloc(0));
  return recognize;
});

/** As a department would be asked by a plan with another order than the client's. */
function backwards<Each extends Selection>(selections: readonly Each[]): Each[] {
  return selections.map((each) => ({ ...each, ...(each.selections && { selections: backwards(each.selections) }) })).reverse();
}

/** A department's answer as it is written. */
export function answerOf(entity: unknown): Buffer {
  return Buffer.from(JSON.stringify({ data: { _entities: [entity] } }));
}

export const reveal: FieldTreatment = { treatment: 'REVEAL', rule: 'R-1', basis: [] };
/** Shows what has to be escaped, and how much there was. */
export const mask: FieldTreatment = {
  treatment: 'MASK',
  rule: 'R-2',
  basis: [],
  apply: (value) => (typeof value === 'string' && value.length > 2 ? `*"\\${value.length}` : '*'),
};
export const withhold: FieldTreatment = { treatment: 'WITHHOLD', rule: 'R-3', basis: [] };

/** Questions of all kinds. */
export const anyQuestion: fc.Arbitrary<readonly Asked[]> = fieldsOf(SUBJECT, ['licenses', 'profile', 'grid', 'tags', 'score']);

function fieldsOf(type: GraphQLObjectType, names: readonly string[]): fc.Arbitrary<readonly Asked[]> {
  return fc
    .shuffledSubarray([...names], { minLength: 1 })
    .chain((chosen) => fc.tuple(...chosen.map((name) => fieldOf(type, name))))
    .filter((fields) => fields.some(({ isFetched }) => isFetched));
}

function fieldOf(type: GraphQLObjectType, name: string): fc.Arbitrary<Asked> {
  const below = getNamedType(type.getFields()[name]!.type);
  const alias = fc.option(fc.constantFrom(`${name}_`, `a_${name}`), { nil: undefined, freq: 4 });
  const treatment = fc.constantFrom(reveal, reveal, reveal, mask, withhold);
  if (isObjectType(below))
    return fc
      .record({
        alias,
        organization: fc.constantFrom(reveal, reveal, reveal, withhold),
        person: fc.constantFrom(reveal, withhold),
        fields: fieldsOf(below, Object.keys(below.getFields())),
      })
      .map(({ alias, organization, person, fields }) => asked(name, alias, [organization, person], true, fields));
  return fc
    .record({ alias, organization: treatment, person: treatment, isFetched: fc.boolean() })
    .map(({ alias, organization, person, isFetched }) =>
      asked(name, alias, [organization, person], isFetched || organization !== withhold || person !== withhold),
    );
}

function asked(
  name: string,
  alias: string | undefined,
  treatments: Asked['treatments'],
  isFetched: boolean,
  fields?: readonly Asked[],
): Asked {
  return { name, treatments, isFetched, ...(alias !== undefined && { alias }), ...(fields && { fields }) };
}

function textOf(asked: readonly Asked[]): string {
  const fetched = asked.filter(({ isFetched }) => isFetched);
  return fetched
    .map(({ name, alias, fields }) => `${alias === undefined ? '' : `${alias}:`}${name}${fields ? `{${textOf(fields)}}` : ''}`)
    .join(' ');
}

function planText(selections: readonly Selection[]): string {
  return selections
    .flatMap((each) => (each.kind === 'field' ? [each] : []))
    .map(({ planKey, definition, selections: below }) => {
      const key = planKey === definition.name ? '' : `${planKey}:`;
      return `${key}${definition.name}${below ? `{${planText(below)}}` : ''}`;
    })
    .join(' ');
}

function planned({ name, alias, treatments, isSubject = false, isHidden = false, fields }: Asked, parent: string): PlannedField {
  const [organization, person] = treatments;
  const type = getNamedType((CITY.getType(parent) as GraphQLObjectType).getFields()[name]!.type);
  return {
    responseKey: alias ?? name,
    coordinate: isHidden ? null : `${parent}.${name}`,
    organization,
    person,
    isSubject,
    isHidden,
    ...(fields && { fields: fields.map((field) => planned(field, type.name)) }),
  };
}

/** Texts as departments hold them; not those that JSON must write by number, which are always read. */
const texts = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('企', '业', '𠮷', 'é', '\u0080', '"', '\\', '\n', '\t', '/', ' '), maxLength: 12 }),
);

function objectOf(type: GraphQLObjectType, selections: readonly Selection[]): fc.Arbitrary<Record<string, unknown>> {
  const fields = selections.flatMap((each) => (each.kind === 'field' ? [each] : []));
  const values = fields.map(({ definition, selections: below }) => valueOf(definition.type, below ?? []));
  return fc.tuple(...values).map((all) => Object.fromEntries(fields.map(({ planKey }, index) => [planKey, all[index]])));
}

function valueOf(type: GraphQLOutputType, selections: readonly Selection[]): fc.Arbitrary<unknown> {
  if (isNonNullType(type)) return presentOf(type.ofType as GraphQLOutputType, selections);
  return fc.option(presentOf(type, selections), { freq: 5 });
}

function presentOf(type: GraphQLOutputType, selections: readonly Selection[]): fc.Arbitrary<unknown> {
  if (isListType(type)) return fc.array(valueOf(type.ofType as GraphQLOutputType, selections), { maxLength: 3 });
  if (isObjectType(type)) return objectOf(type, selections);
  if (isEnumType(type)) return fc.constantFrom(...type.getValues().map(({ name }) => name));
  if (!isLeafType(type)) throw new TypeError(`no values of ${String(type)}`);
  const numbers = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0));
  const of: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    Int: fc.integer(),
    Float: fc.oneof(fc.integer(), numbers),
    Boolean: fc.boolean(),
    Money: fc.oneof(
      texts,
      fc.boolean(),
      fc.integer(),
      fc.integer({ min: -99_999, max: 99_999 }).map((cents) => cents / 100),
    ),
  };
  return of[type.name] ?? texts;
}
