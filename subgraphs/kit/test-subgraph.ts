import { generateKeyPairSync } from 'node:crypto';
import type { ExecutionResult } from 'graphql';
import type { Queryable, Row, SqlValue } from '../../database/db.ts';
import type { Identifier } from '../../schema/identifiers/subject-id.ts';
import { subjectId } from '../../schema/identifiers/subject-id.ts';
import { signContext } from '../../schema/sign-context.ts';
import type { SignedContext } from '../../schema/signed-context.ts';
import { createSubgraph } from './create-subgraph.ts';
import type { Department } from './department.ts';

/** The moment every department test happens at: 12:00 on 2026-06-15 in the city. */
const NOW = Date.parse('2026-06-15T12:00:00+08:00');
/** The tests’ key of subject ids. */
export const SUBJECT_KEY = 'a key for tests, of at least 32 characters';
/** The gateway's key pair in tests. */
export const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** The id of a subject under the tests' key. */
export function idOf(identifier: Exclude<Identifier, { type: 'BUSINESS_REGISTRATION_NO' }>): string {
  return subjectId(SUBJECT_KEY, identifier);
}

/** A made-up organisation's (or person's) id: `o-`, the name, padded. */
export function madeUpId(name: string, letter: 'o' | 'p' = 'o'): string {
  return `${letter}-${name.padEnd(22, '_')}`;
}

/** Callers by short names; the department's own name is added as audience. */
export const CALLERS = {
  clerk: { actor: 'DEPARTMENT', organization: 'clerk', department: 'licensing', purpose: 'ADMIN_APPROVAL_CHECK' },
  auditor: { actor: 'AUDITOR', organization: 'audit', purpose: 'AUDIT_SUPERVISION' },
  bank: { actor: 'BANK', organization: 'bank', purpose: 'LOAN_PRE' },
  office: { actor: 'CREDIT_OFFICE', organization: 'office', purpose: 'DATA_QUALITY' },
  public: { actor: 'PUBLIC', organization: '', purpose: 'PUBLIC_QUERY' },
} as const satisfies Record<string, Omit<SignedContext, 'audience'>>;

/** The subject itself as a caller. */
export function self(subject: string): Omit<SignedContext, 'audience'> {
  return { actor: 'SUBJECT', organization: 'self', purpose: 'SELF_QUERY', subject };
}

/** A department over a test database, asked by anybody; `statements` holds the SQL of the last request. */
export function testSubgraph(department: Department, db: Queryable, clock = () => NOW) {
  const statements: string[] = [];
  const reported: unknown[] = [];
  const counting: Queryable = {
    query: (sql, params) => {
      statements.push(sql);
      return db.query(sql, params);
    },
  };
  const subgraph = createSubgraph(department, {
    db: counting,
    publicKeys: new Map([['test', publicKey]]),
    subjectKey: SUBJECT_KEY,
    clock,
    report: (error) => reported.push(error),
  });
  const sign = (caller: Omit<SignedContext, 'audience'>) =>
    signContext({ audience: department.name, ...caller }, { privateKey, keyId: 'test', clock });
  const ask = async (
    caller: Omit<SignedContext, 'audience'>,
    query: string,
    variables: Record<string, unknown> = {},
  ): Promise<ExecutionResult> => {
    statements.length = 0;
    const result = await subgraph.execute({ query, variables, contextToken: sign(caller) });
    // As it would travel: plain objects, no prototypes.
    return JSON.parse(JSON.stringify(result)) as ExecutionResult;
  };
  /** Asks for the selection on many subjects as the gateway does; answers with the entities in order. */
  const entities = async (
    caller: Omit<SignedContext, 'audience'>,
    ids: readonly string[],
    selection: string,
  ): Promise<Record<string, unknown>[]> => {
    const representations = ids.map((id) => ({ __typename: 'CreditSubject', id }));
    const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on CreditSubject { ${selection} } } }`;
    const { data, errors } = await ask(caller, query, { representations });
    if (errors) throw new Error(JSON.stringify(errors));
    return data?.['_entities'] as Record<string, unknown>[];
  };
  return { subgraph, sign, ask, entities, statements, reported };
}

/** Inserts rows into a table with a made-up provenance; what a row does not name takes the column's default. */
export async function insert(db: Queryable, table: string, rows: readonly Record<string, SqlValue>[]): Promise<void> {
  for (const [index, row] of rows.entries()) {
    const whole: Row = {
      department: '370100',
      responsible_officer: '张三',
      batch_id: 'batch-1',
      line: index + 2,
      received_at: '2026-06-01T00:00:00.000Z',
      content_hash: 'a'.repeat(64),
      ...row,
    };
    const columns = Object.keys(whole);
    const sql = `insert into ${table} (${columns.join(', ')}) values (${columns.map((_, place) => `$${place + 1}`).join(', ')})`;
    await db.query(sql, Object.values(whole) as SqlValue[]);
  }
}
