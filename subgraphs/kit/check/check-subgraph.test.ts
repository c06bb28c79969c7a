import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../../database/db.ts';
import { openTestDatabase } from '../../../test/support/database.ts';
import { loadSubgraphs } from '../../../schema/load-subgraphs.ts';
import { contextKeyId } from '../../../schema/sign-context.ts';
import { DEPARTMENTS } from '../../../schema/signed-context.ts';
import { departments } from '../../departments.ts';
import { createSubgraph } from '../create-subgraph.ts';
import type { DepartmentContext } from '../department-context.ts';
import type { Department } from '../department.ts';
import { serveSubgraph } from '../serve.ts';
import { insert, madeUpId, privateKey, publicKey } from '../test-subgraph.ts';
import { checkSubgraph, isConforming } from './check-subgraph.ts';

const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const MASKS = new Set([
  'SUBJECT_NAME',
  'PERSON_NAME',
  'USCC',
  'ID_NUMBER',
  'MONEY',
  'COUNT',
  'QUANTITY',
  'PERCENTAGE',
  'PHONE',
  'EMAIL',
  'ADDRESS',
  'ACCOUNT_NO',
  'REGISTRATION_NO',
  'DATE_TO_MONTH',
  'DATE_TO_YEAR',
  'MONTH_TO_YEAR',
]);
let db: Db;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

async function readingReference({ id }: { id: string }, { db: own }: DepartmentContext) {
  await own.query('select 1');
  return { id };
}

async function check(department: Department, subjects: readonly string[] = []) {
  const subgraph = createSubgraph(department, {
    db,
    publicKeys: new Map([[contextKeyId(publicPem), publicPem]]),
    subjectKey: 'for tests',
    clock: Date.now,
  });
  const { url, close } = await serveSubgraph(subgraph, { host: '127.0.0.1', port: 0, graceMs: 0, isReady: async () => true });
  const results = await checkSubgraph({
    url,
    department: department.name,
    privateKey: privatePem,
    others: loadSubgraphs(),
    masks: MASKS,
    subjects,
  }).finally(close);
  return {
    conforming: isConforming(results),
    failed: results.filter(({ passed }) => !passed).map(({ id, detail }) => `${id} ${detail}`),
    ids: results.map(({ id }) => id),
  };
}

test.each(DEPARTMENTS)('%s conforms, and every check has its own id', async (name) => {
  const { conforming, failed, ids } = await check(departments[name]);
  expect([conforming, failed, new Set(ids).size]).toEqual([true, [], ids.length]);
});

test('counts statements with real subjects too', async () => {
  const holder = madeUpId('holder');
  await insert(db, 'utilities.account', [{ subject_id: holder, kind: 'WATER', account_no: '1' }]);
  expect(await check(departments.utilities, [holder, madeUpId('other')])).toMatchObject({ conforming: true });
});

describe('finds the fault of a department that', () => {
  const { tax } = departments;
  test.each<[string, Department, string]>([
    [
      'leaves a field unclassified',
      { ...tax, sdl: tax.sdl.replace('hasArrears: Boolean @classified(as: COMMERCIAL, category: TAX)', 'hasArrears: Boolean') },
      'SC21',
    ],
    ['has a non-null field', { ...tax, sdl: tax.sdl.replace('hasArrears: Boolean @', 'hasArrears: Boolean! @') }, 'SC21'],
    [
      'declares a field of another department',
      {
        ...tax,
        sdl: tax.sdl.replace(
          '  tax: TaxStanding @classified(as: PUBLIC, category: TAX)',
          '$&\n  "名称。" name: SubjectName @classified(as: PUBLIC, category: TAX)',
        ),
      },
      'SC22',
    ],
    [
      'reads subject by subject',
      {
        ...tax,
        resolvers: {
          ...tax.resolvers,
          TaxStanding: {
            ...tax.resolvers['TaxStanding'],
            hasArrears: async (_: unknown, __: unknown, { db: own }) => (await own.query('select 1')).rows.length === 0,
          },
        },
      },
      'SC30',
    ],
    [
      'lists without a limit',
      {
        ...tax,
        resolvers: {
          ...tax.resolvers,
          TaxStanding: {
            ...tax.resolvers['TaxStanding'],
            arrears: async (_: unknown, __: unknown, { db: own }) => (await own.query('select 1 where false')).rows,
          },
        },
      },
      'SC31',
    ],
    [
      'reads what is not selected',
      {
        ...tax,
        resolvers: {
          ...tax.resolvers,
          CreditSubject: { ...tax.resolvers['CreditSubject'], __resolveReference: readingReference },
        },
      },
      'SC32',
    ],
    ['accepts any purpose', { ...tax, accepts: { has: () => true, decisions: [] } }, 'SC12'],
  ])('%s', async (_, department, id) => {
    const { failed } = await check(department);
    expect(failed.map((line) => line.slice(0, 4))).toContain(id);
  });

  test('believes everybody', async () => {
    const server = createServer((_, response) =>
      response.end(JSON.stringify({ data: { __typename: 'Query', _service: { sdl: '9999991990010100169' } } })),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
    const results = await checkSubgraph({
      url,
      department: 'tax',
      privateKey: privatePem,
      others: [],
      masks: MASKS,
      subjects: [],
    });
    server.close();
    expect(results.filter(({ passed }) => passed).map(({ id }) => id)).toEqual(['SC01', 'SC20']);
  });
});
