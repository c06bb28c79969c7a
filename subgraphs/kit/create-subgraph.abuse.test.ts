import { afterAll, beforeAll, expect, test } from 'vitest';
import { DatabaseError } from '../../database/db.ts';
import type { Db, Queryable } from '../../database/db.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { departments } from '../departments.ts';
import { registry } from '../registry/department.ts';
import { tax } from '../tax/department.ts';
import { CALLERS, insert, madeUpId, testSubgraph } from './test-subgraph.ts';

const RESIDENT = '11010519491231002X';
let db: Db;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

const codes = (result: { errors?: unknown }) =>
  (result.errors as { extensions: { code: string } }[] | undefined)?.map(({ extensions }) => extensions.code);
const ENTITIES = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on CreditSubject { id } } }';

test.each(Object.values(departments).map((department) => [department.name, department] as const))(
  '%s answers nothing without a signed context, not even what it is',
  async (_, department) => {
    const { subgraph, statements } = testSubgraph(department, db);
    for (const query of [
      '{ __typename }',
      '{ __schema { types { name } } }',
      '{ _service { sdl } }',
      '{ __type(name: "CreditSubject") { name } }',
      '{',
    ]) {
      const result = await subgraph.execute({ query, contextToken: undefined });
      expect([codes(result), result.data]).toEqual([['CONTEXT_REQUIRED'], undefined]);
    }
    expect(statements).toEqual([]);
  },
);

test('refuses an unlisted purpose and one it declined, before anything is read', async () => {
  const { ask, statements } = testSubgraph(tax, db);
  for (const purpose of ['DOUBLE_RANDOM', 'MARKETING', '__proto__', 'constructor']) {
    expect(codes(await ask({ ...CALLERS.clerk, purpose }, '{'))).toEqual(['PURPOSE_NOT_ACCEPTED']);
  }
  expect(statements).toEqual([]);
});

test.each<[string, string, Record<string, unknown>]>([
  ['a syntax error', `{ subject(by: { residentIdNumber: "${RESIDENT}" `, {}],
  ['an unknown field', `{ subject(by: { residentIdNumber: "${RESIDENT}" }) { secret${RESIDENT} } }`, {}],
  ['a literal of a wrong form', `{ subject(by: { residentIdNumber: "${RESIDENT}1" }) { id } }`, {}],
  [
    'a variable of a wrong form',
    'query ($by: SubjectBy!) { subject(by: $by) { id } }',
    { by: { residentIdNumber: `${RESIDENT}1` } },
  ],
  ['a variable with an unknown field', 'query ($by: SubjectBy!) { subject(by: $by) { id } }', { by: { [RESIDENT]: 1 } }],
  ['a missing variable', 'query ($by: SubjectBy!) { subject(by: $by) { id } }', {}],
  ['an entity of another type', ENTITIES, { r: [{ __typename: RESIDENT, id: RESIDENT }] }],
  ['an entity without a type', ENTITIES, { r: [{ id: RESIDENT }] }],
  ['an entity that is a text', ENTITIES, { r: [RESIDENT] }],
  ['an entity with a raw code for an id', ENTITIES, { r: [{ __typename: 'CreditSubject', id: RESIDENT }] }],
  ['an entity with an object for an id', ENTITIES, { r: [{ __typename: 'CreditSubject', id: { $ne: RESIDENT } }] }],
  [
    'more entities than any gateway asks for',
    ENTITIES,
    { r: Array.from({ length: 1001 }, () => ({ __typename: 'CreditSubject', id: madeUpId('A') })) },
  ],
  ['a huge operation', `{ ${'__typename '.repeat(20_000)} }`, {}],
])('refuses %s without repeating it', async (_, query, variables) => {
  const { ask } = testSubgraph(registry, db);
  const result = await ask(CALLERS.clerk, query, variables);
  expect(new Set(codes(result))).toEqual(new Set(['INPUT_INVALID']));
  expect(JSON.stringify(result)).not.toContain(RESIDENT);
});

test.each<[string, Error, string, number]>([
  ['a database that is away', new DatabaseError(`connect to ${RESIDENT}`, undefined), 'UNAVAILABLE', 1],
  ['a database that is shutting down', new DatabaseError(RESIDENT, '57P01'), 'UNAVAILABLE', 1],
  ['a fault in a statement', new DatabaseError(`column ${RESIDENT}`, '42703'), 'INTERNAL', 1],
  ['any other fault', new TypeError(RESIDENT), 'INTERNAL', 1],
])('says of %s only its code, and reports it to the department', async (_, error, code, reports) => {
  const broken: Queryable = { query: () => Promise.reject(error) };
  const { entities, ask, reported } = testSubgraph(tax, broken);
  await expect(entities(CALLERS.clerk, [madeUpId('A')], 'tax { hasArrears }')).rejects.toThrow(code);
  const result = await ask(
    CALLERS.clerk,
    'query ($r: [_Any!]!) { _entities(representations: $r) { ... on CreditSubject { tax { hasArrears } } } }',
    {
      r: [{ __typename: 'CreditSubject', id: madeUpId('A') }],
    },
  );
  expect(JSON.stringify(result)).not.toMatch(new RegExp(`${RESIDENT}|42703|stack`));
  expect(reported).toHaveLength(2 * reports);
  expect(reported[0]).toBe(error);
});

test('a stored value that is not of its type is the department’s fault, and stays inside', async () => {
  const subject = { kind: 'ENTERPRISE_LEGAL_PERSON', name: '某公司', unified_social_credit_code: `${RESIDENT} no code` };
  await insert(db, 'registry.subject', [{ ...subject, subject_id: madeUpId('bad') }]);
  const { ask } = testSubgraph(registry, db);
  const result = await ask(CALLERS.clerk, `{ subject(by: { id: "${madeUpId('bad')}" }) { name unifiedSocialCreditCode } }`);
  expect(codes(result)).toEqual(['INTERNAL']);
  expect(result.data).toEqual({ subject: { name: '某公司', unifiedSocialCreditCode: null } });
  expect(JSON.stringify(result)).not.toContain(RESIDENT);
});

test('the conformance purpose gives the description and the cost, never a record under any name', async () => {
  await insert(db, 'tax.taxpayer', [{ subject_id: madeUpId('canary'), refund_account_no: 'CANARY' }]);
  const { ask } = testSubgraph(tax, db);
  const caller = { ...CALLERS.auditor, purpose: 'CONFORMANCE_CHECK' };
  const r = [{ __typename: 'CreditSubject', id: madeUpId('canary') }];
  for (const alias of ['_entities', '_service: _entities', 'x: _entities']) {
    const result = await ask(
      caller,
      `query ($r: [_Any!]!) { ${alias}(representations: $r) { ... on CreditSubject { tax { refundAccountNo } } } }`,
      { r },
    );
    expect(JSON.stringify(result)).not.toContain('CANARY');
    expect(result.extensions).toEqual({ statements: 1 });
  }
  expect((await ask(caller, '{ _service { sdl } }')).data).toEqual({ _service: { sdl: tax.sdl } });
});

test('does not start what nobody waits for any more', async () => {
  const { subgraph, sign, statements } = testSubgraph(tax, db);
  const result = await subgraph.execute({
    query: '{ __typename }',
    contextToken: sign(CALLERS.clerk),
    signal: AbortSignal.abort(),
  });
  expect([codes(result), statements]).toEqual([['UNAVAILABLE'], []]);
});
