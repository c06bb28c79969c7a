import { buildSchema, getOperationAST, parse } from 'graphql';
import type { FieldTreatment, PlannedField } from '../disclosure/disclosure.ts';
import { type Selection, resolveSelections } from '../execution/compiled/resolve-selections.ts';
import { compileShape } from '../execution/compiled/shape.ts';
import type { RawAnswer } from '../execution/execution.ts';
import { Tally } from './tally.ts';

/** A city of one type of subject, with what a pass can meet in it. */
const CITY = buildSchema(`
  scalar Text
  type Query { subject: CreditSubject subjects: [CreditSubject] required: [CreditSubject!]! name: Text list: [[Text!]] parties: [Party] }
  type CreditSubject {
    id: ID! kind: String name: Text phone: Text email: Text names: [Text] facts: Text must: String! codes: [String!]
    successor: CreditSubject records: [Record!] grid: [[Record!]]
  }
  type Record { amount: Text must: String! }
  interface Party { name: Text }
  type Bank implements Party { name: Text branches: [Text] }
  type Shop implements Party { name: Text }
`);

/** What departments answered, with the places of the faults that the last pass found. */
interface RawAnswerOfTest extends RawAnswer {
  faults(): readonly string[];
}

/** What departments would have answered to a question, of data with the client's keys. */
export function rawAnswer(question: string, data: Record<string, unknown>): RawAnswerOfTest {
  const document = parse(question);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  const resolved = resolveSelections({
    schema: CITY,
    document,
    operation,
    conditions: {},
    ownKey: '_q',
    contestedFields: new Set(),
  });
  const joined = inPlanKeys(data, resolved.selections) as Record<string, unknown>;
  let faults: string[] = [];
  return {
    departments: ['registry'],
    unavailable: [],
    complete(tally = new Tally(), treatments) {
      const shaped = compileShape(
        resolved,
        { schema: CITY, ownersOf: () => ['registry'], isHidden: () => false },
        treatments,
      )(joined, tally);
      faults = shaped.faults.map(({ path }) => path.join('.'));
      return { data: shaped.data, failures: [], departments: ['registry'], unavailable: [] };
    },
    faults: () => faults,
  };
}

function inPlanKeys(value: unknown, selections: readonly Selection[]): unknown {
  if (Array.isArray(value)) return value.map((element: unknown) => inPlanKeys(element, selections));
  if (typeof value !== 'object' || value === null) return value;
  const joined: Record<string, unknown> = { ...value };
  const rename = (each: readonly Selection[]): void => {
    for (const selection of each) {
      if (selection.kind === 'fragment') rename(selection.selections);
      else if (Object.hasOwn(value, selection.responseKey))
        joined[selection.planKey] = inPlanKeys(
          (value as Record<string, unknown>)[selection.responseKey],
          selection.selections ?? [],
        );
    }
  };
  rename(selections);
  return joined;
}

/** Treatments, one of each. */
export const reveal: FieldTreatment = { treatment: 'REVEAL', rule: 'R-1', basis: [] };
export const mask: FieldTreatment = { treatment: 'MASK', rule: 'R-2', basis: [], apply: () => '*' };
export const withhold: FieldTreatment = { treatment: 'WITHHOLD', rule: 'R-3', basis: [] };
/** Ids of subjects, and how they are asked for. */
export const ORGANIZATION = `o-${'A'.repeat(22)}`;
export const PERSON = `p-${'B'.repeat(22)}`;
export const ID = '_xinqiao_id: id';

/** A field of a type in the plan; `organization` and `person` are its treatments. */
export function field(coordinate: string, organization = reveal, person = organization, responseKey?: string): PlannedField {
  return { responseKey: responseKey ?? coordinate.split('.')[1] ?? '', coordinate, organization, person };
}
/** A value of a subject; an object of subjects, and one of records, with what is selected of it. */
export const leaf = (name: string, organization: FieldTreatment, person = organization) =>
  field(`CreditSubject.${name}`, organization, person);
export const subjects = (fields: readonly PlannedField[], coordinate = 'Query.subjects'): PlannedField => ({
  ...field(coordinate),
  fields,
  isSubject: true,
});
export const records = (fields: readonly PlannedField[], coordinate = 'CreditSubject.records'): PlannedField => ({
  ...field(coordinate),
  fields,
});
/** A line of the log's counts. */
export const count = (coordinate: string, treatment: string, number: number) => ({ coordinate, treatment, count: number });
