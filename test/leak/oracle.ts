import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import {
  type DocumentNode,
  getNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
} from 'graphql';
import type { Db } from '../../database/db.ts';
import type { Config } from '../../gateway/config.ts';
import { cityToday } from '../../schema/city-clock.ts';
import { readCatalogue } from '../../schema/classification.ts';
import { isPersonSubject } from '../../schema/identifiers/subject-id.ts';
import type { Actor } from '../../schema/signed-context.ts';
import { canaryIndex } from './canary-index.ts';
import { expectedAnswer, type Judge, rawDocument, rowsKeptBack, rowsOutside, WITHHELD } from './expected-answer.ts';
import { type NaiveCell, type NaivePurpose, naiveShow, readNaivePolicy } from './naive-policy.ts';
import type { OracleCaller } from './oracle-caller.ts';
import type { LookUp, RandomOperation } from './random-operation.ts';
import { everything, rawExecution, runRaw } from './raw-execution.ts';

export interface Verdict {
  answered: boolean;
  /** Whether the oracle itself was refused part of the data. */
  unjudged: boolean;
  leaks: readonly string[];
}

/** Where a value stands: whose it is, whether below the one subject that an authorization is of, and in a record of which day, where that matters. */
interface Around {
  owner: string | null;
  person: boolean;
  within: boolean;
  day?: string | undefined;
}

const SUPERGRAPH = new URL('../../schema/supergraph.graphql', import.meta.url);

/**
 * The slow judge: it fetches everything without any disclosure, reads the policy files anew, masks with its own masks, and
 * says whether an answer is exactly what this caller must be shown.
 */
export async function createOracle(city: { db: Db; config: Config; clock: () => number }) {
  const sdl = readFileSync(SUPERGRAPH, 'utf8');
  const catalogue = readCatalogue(sdl);
  const policy = readNaivePolicy(sdl);
  const { execution, close, subjectKey } = await rawExecution(sdl, city);
  const schema = execution.apiSchema;
  const owners = (coordinate: string) => catalogue.get(coordinate)?.owner ?? null;
  const index = canaryIndex(await everything(execution, schema, city.db), catalogue);

  const purposeOf = (code: string) => policy.purposes.find((purpose) => purpose.code === code) as NaivePurpose;
  function cellFor(caller: OracleCaller, coordinate: string, { owner, person, within, day }: Around): NaiveCell {
    const own = caller.actor === 'DEPARTMENT' && caller.department === owner;
    const { categories = [], fields, from = '', to = '' } = caller.authorization ?? {};
    const covered = categories.includes(policy.categoryOf(coordinate)) && (fields?.includes(coordinate) ?? true);
    const authorized = within && covered && (day === undefined || (from <= day && day <= to));
    return policy.decide(purposeOf(caller.purpose), caller.actor, { own, person, authorized }, coordinate);
  }

  /** Where a field is withheld from everybody, what it is asked by goes nowhere. */
  function goesSomewhere(caller: OracleCaller, { field }: LookUp): boolean {
    const around = { owner: 'registry', within: true };
    return [false, true].some((person) => cellFor(caller, field, { ...around, person }).treatment !== 'withhold');
  }

  async function judge(caller: OracleCaller, operation: RandomOperation, body: string): Promise<Verdict> {
    const { data } = JSON.parse(body) as { data?: Record<string, unknown> | null };
    if (data === null || data === undefined)
      return { answered: false, unjudged: false, leaks: index.scan('a refusal', body, new Set()) };
    const leaks = operation.lookUps.some((lookUp) => lookUp.by['residentIdNumber'] !== undefined && goesSomewhere(caller, lookUp))
      ? forbiddenArgument(cellFor(caller, 'SubjectBy.residentIdNumber', { owner: 'registry', person: true, within: true }))
      : [];
    const { expected, raw, incomplete } = await expect(caller, operation);
    const rows = [...rowsKeptBack(raw, await hiddenFrom(caller, city)), ...rowsOutside(raw, caller.authorization)];
    const differs = isDeepStrictEqual(data, expected)
      ? []
      : [`the answer differs from the oracle's\n${difference(data, expected)}`];
    // Where a department gave the oracle less than the client, the oracle cannot say what the client should see.
    if (differs.length > 0 && incomplete) return { answered: true, unjudged: true, leaks: [...leaks, ...rows] };
    return {
      answered: true,
      unjudged: false,
      leaks: [...leaks, ...rows, ...differs, ...index.scan('an answer', body, index.textsIn(expected))],
    };
  }

  async function expect(caller: OracleCaller, { query, operationName, variables }: RandomOperation) {
    const document = parse(query);
    const operation = document.definitions.find(
      (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
    );
    if (!operation) throw new Error('no operation');
    const context = { ...caller, actor: caller.actor as Actor };
    const { data: raw, failures } = await runRaw(
      execution,
      rawDocument(document, schema, variables),
      { variables, name: operationName ?? null },
      context,
      subjectKey,
    );
    const judgeField: Judge = ({ coordinate, ...around }) => {
      const cell = cellFor(caller, coordinate, around);
      return cell.treatment === 'withhold' ? WITHHELD : (value: unknown) => naiveShow(cell, value);
    };
    const expected = expectedAnswer({ document, operation, variables, schema, owners, judge: judgeField, raw: raw ?? {} });
    // As it would have travelled: introspection answers with objects of another prototype.
    return { expected: JSON.parse(JSON.stringify(expected)) as Record<string, unknown>, raw, incomplete: failures.length > 0 };
  }

  return {
    schema,
    purposes: policy.purposes,
    judge,
    inText: (where: string, text: string) => index.scan(where, text, new Set()),
    /** Selections that departments received although no subject of the question may be shown them. */
    withheldSelections(
      caller: OracleCaller,
      { lookUps, query }: RandomOperation,
      sent: readonly { department: string; query: string }[],
    ) {
      const persons = kindsAsked(lookUps, query);
      return sent.flatMap(({ department, query: text }) =>
        selected(parse(text), schema)
          .filter((coordinate) => coordinate !== 'CreditSubject.id')
          .filter((coordinate) => {
            const owner = owners(coordinate) ?? department;
            return persons.every(
              (person) => cellFor(caller, coordinate, { owner, person, within: true }).treatment === 'withhold',
            );
          })
          .map((coordinate) => `${department} was asked for ${coordinate}, which is withheld`),
      );
    },
    close,
  };
}

/** What the owners keep back from this caller, read from the tables without their resolvers. */
async function hiddenFrom({ actor, department, authorization }: OracleCaller, { db, clock }: { db: Db; clock: () => number }) {
  const seesAll = actor === 'AUDITOR' || actor === 'SUBJECT' || department === 'penalties';
  const { rows } = await db.query<{ no: string }>(HIDDEN_SQL, [cityToday(clock)]);
  const decisions = new Set(seesAll ? [] : rows.map(({ no }) => no));
  return { decisions, grades: actor === 'PUBLIC' || (actor === 'BANK' && authorization === undefined) };
}

/** Repaired, withdrawn, or past the end of publicity that the file itself gave. */
const HIDDEN_SQL = `
  select p.decision_document_no as no from penalties.penalty p
  left join penalties.outcome o using (decision_document_no, authority_code)
  where p.status = 'WITHDRAWN' or p.publicity_end_date < $1::date or o.repaired_on <= $1::date or o.withdrawn_on <= $1::date`;

function forbiddenArgument(cell: NaiveCell): string[] {
  return cell.treatment === 'reveal' ? [] : ['a resident number was accepted as an argument'];
}

/** Kinds of subject a question can meet: known from what it looks up, unless it can step over to other subjects. */
function kindsAsked(lookUps: RandomOperation['lookUps'], query: string): boolean[] {
  const steps = /searchSubjects|predecessors|successor|subject \{|businessRegistrationNo/.test(
    query.replaceAll(/subject\(by/g, ''),
  );
  const kinds = lookUps.map(({ by }) => personOf(by));
  if (steps || kinds.length === 0 || kinds.includes(undefined)) return [false, true];
  return [...new Set(kinds)] as boolean[];
}

function personOf(by: Readonly<Record<string, string>>): boolean | undefined {
  if (by.residentIdNumber !== undefined) return true;
  if (by.unifiedSocialCreditCode !== undefined) return by.unifiedSocialCreditCode.startsWith('92');
  return by.id === undefined ? undefined : isPersonSubject(by.id);
}

/** Coordinates a department's query selects; `_entities` and `__typename` have none. */
function selected(document: DocumentNode, schema: GraphQLSchema): string[] {
  const found: string[] = [];
  for (const node of document.definitions) {
    if (node.kind === Kind.OPERATION_DEFINITION) walk(node.selectionSet, schema.getQueryType() ?? undefined);
    else if (node.kind === Kind.FRAGMENT_DEFINITION) walk(node.selectionSet, objectNamed(node.typeCondition.name.value));
  }
  return found;

  function walk(set: SelectionSetNode, type: GraphQLObjectType | undefined): void {
    for (const node of set.selections) {
      if (node.kind === Kind.INLINE_FRAGMENT)
        walk(node.selectionSet, node.typeCondition ? objectNamed(node.typeCondition.name.value) : type);
      if (node.kind !== Kind.FIELD) continue;
      const field = type?.getFields()[node.name.value];
      if (type && field) found.push(`${type.name}.${node.name.value}`);
      const below = getNamedType(field?.type);
      if (node.selectionSet) walk(node.selectionSet, isObjectType(below) ? below : undefined);
    }
  }

  function objectNamed(name: string): GraphQLObjectType | undefined {
    const type = schema.getType(name);
    return isObjectType(type) ? type : undefined;
  }
}

/** The first place where two answers differ, for the person who reads the failure. */
function difference(actual: unknown, expected: unknown, path = '$'): string {
  if (typeof actual !== 'object' || typeof expected !== 'object' || actual === null || expected === null)
    return `${path}: shown ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`;
  const keys = new Set([...Object.keys(actual), ...Object.keys(expected)]);
  for (const key of keys) {
    const [left, right] = [actual, expected].map((side) => (side as Record<string, unknown>)[key]);
    if (!isDeepStrictEqual(left, right)) return difference(left, right, `${path}.${key}`);
  }
  return `${path}: the same values in another order`;
}
