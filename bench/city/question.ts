import { usccOf, CITY_DIVISION, bodyOf } from '../../cli/sample/identity.ts';

/** What the benchmarks ask of each department: eight scalars a record. The registry is asked first and knows the subject's id. */
const RECORDS: Readonly<Record<string, (records: number) => string>> = {
  licensing: (records) => `licenses(first: ${records}) { decisionDocumentNo decisionDocumentName content decisionDate
    validTo authority status legalRepresentativeIdNo }`,
  penalties: (records) => `penalties(first: ${records}) { decisionDocumentNo violationType facts fineAmount decisionDate
    authority repairStatus legalRepresentativeIdNo }`,
  tax: (records) => `tax { payments(first: ${records}) { month amount paidOn
    provenance { department batch line receivedAt version } } }`,
  'social-security': (records) => `socialSecurity { contributions(first: ${records}) { month insuredCount dueAmount paidAmount
    provenance { department batch line version } } }`,
  utilities: (records) => `utilities { accounts(first: 1) { bills(first: ${records}) { month usage amount arrearsPeriods
    lateFee paidOn provenance { batch line } } } }`,
};
const REGISTRY = 'id name kind unifiedSocialCreditCode';
/** Subjects the questions go around: few enough for a day's quota of one caller. */
const SUBJECTS = 1_000;

/** A GraphQL question in the shapes that the contenders need, over subjects that differ from one request to the next. */
export interface Question {
  /** The client's text. */
  text: string;
  /** The operation a hand-written proxy would send each department, by name: the registry's, then one per `_entities`. */
  parts: Readonly<Record<string, string>>;
  /** Request bodies of the client; a load cycles through them. */
  bodies: readonly string[];
  /** Credit codes each body asks about. */
  codes: readonly (readonly string[])[];
  /** Whether it asks by `subjects`, or by `subject`. */
  isList: boolean;
}

/** Asks about so many subjects at once with so many records from each of five departments; `bodies` different requests. */
export function makeQuestion({ subjects, records, bodies }: { subjects: number; records: number; bodies: number }): Question {
  const isList = subjects > 1;
  const root = isList ? 'subjects' : 'subject';
  const type = isList ? '[SubjectBy!]!' : 'SubjectBy!';
  const asked = Object.fromEntries(Object.entries(RECORDS).map(([name, select]) => [name, select(records).replace(/\s+/g, ' ')]));
  const text = `query Unified($by: ${type}) { ${root}(by: $by) { ${REGISTRY} ${Object.values(asked).join(' ')} } }`;
  const codes = Array.from({ length: bodies }, (_, body) =>
    Array.from({ length: subjects }, (_, index) => codeOf((body * subjects + index) % SUBJECTS)),
  );
  const by = (codes: readonly string[]) => codes.map((unifiedSocialCreditCode) => ({ unifiedSocialCreditCode }));
  return {
    text,
    parts: {
      registry: `query ($by: ${type}) { ${root}(by: $by) { ${REGISTRY} } }`,
      ...Object.fromEntries(
        Object.entries(asked).map(([name, selection]) => [
          name,
          `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on CreditSubject { ${selection} } } }`,
        ]),
      ),
    },
    bodies: codes.map((codes) =>
      JSON.stringify({ query: text, operationName: 'Unified', variables: { by: isList ? by(codes) : by(codes)[0] } }),
    ),
    codes,
    isList,
  };
}

function codeOf(index: number): string {
  return usccOf('91', CITY_DIVISION, bodyOf('bench', index));
}
