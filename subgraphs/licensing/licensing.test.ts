import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { CALLERS, insert, madeUpId, self, testSubgraph } from '../kit/test-subgraph.ts';
import { licensing } from './department.ts';

const A = madeUpId('A');
const B = madeUpId('B');
let db: Db;
let department: ReturnType<typeof testSubgraph>;

beforeAll(async () => {
  db = await openTestDatabase();
  department = testSubgraph(licensing, db);
  const license = (subject_id: string, day: number) => ({
    subject_id,
    decision_document_no: `云许〔2026〕${subject_id.charAt(2)}${day}号`,
    decision_date: `2026-01-${String(day).padStart(2, '0')}`,
    authority_code: '11999900MB00000000',
    category: 'ORDINARY',
    status: 'VALID',
    valid_to: '2029-01-01',
  });
  await insert(db, 'licensing.license', [...[3, 1, 2, 9].map((day) => license(A, day)), ...[5, 4].map((day) => license(B, day))]);
  await insert(db, 'licensing.license', [
    {
      ...license(B, 6),
      valid_to: null,
      valid_indefinitely: true,
      content: '餐饮服务',
      counterpart_name: '云汀甲有限公司',
      line: 7,
    },
  ]);
});
afterAll(() => db.close());

const dates = (entity: Record<string, unknown> = {}) =>
  (entity['licenses'] as { decisionDate: string }[]).map(({ decisionDate }) => decisionDate);

test('lists the newest licences first, limited for each subject', async () => {
  const [a, none, b] = await department.entities(CALLERS.clerk, [A, madeUpId('C'), B], 'licenses(first: 2) { decisionDate }');
  expect(dates(a)).toEqual(['2026-01-09', '2026-01-03']);
  expect(dates(none)).toEqual([]);
  expect(dates(b)).toEqual(['2026-01-06', '2026-01-05']);
});

test.each([
  ['decidedFrom: "2026-01-03"', ['2026-01-09', '2026-01-03']],
  ['decidedTo: "2026-01-02"', ['2026-01-02', '2026-01-01']],
  ['decidedFrom: "2026-01-02", decidedTo: "2026-01-03"', ['2026-01-03', '2026-01-02']],
  ['decidedFrom: null, first: null', ['2026-01-09', '2026-01-03', '2026-01-02', '2026-01-01']],
])('bounds the decision date, both ends included: %s', async (args, expected) => {
  const [a] = await department.entities(CALLERS.public, [A], `licenses(${args}) { decisionDate }`);
  expect(dates(a)).toEqual(expected);
});

test.each([1, 2, 40])('costs one statement for %i subjects', async (count) => {
  const ids = [A, B, ...Array.from({ length: 40 }, (_, index) => madeUpId(`x${index}`))].slice(0, count);
  await department.entities(CALLERS.clerk, ids, 'licenses { decisionDate provenance { batch } }');
  expect(department.statements).toHaveLength(1);
});

test('serves every field with the record’s own values and where it came from', async () => {
  const [b] = await department.entities(
    CALLERS.auditor,
    [B],
    `licenses(first: 1) {
      decisionDocumentNo category content validFrom validTo validIndefinitely status counterpartName authorityCode
      provenance { department responsibleOfficer batch line receivedAt version hash } }`,
  );
  expect(b).toEqual({
    licenses: [
      {
        decisionDocumentNo: '云许〔2026〕B6号',
        category: 'ORDINARY',
        content: '餐饮服务',
        validFrom: null,
        validTo: null,
        validIndefinitely: true,
        status: 'VALID',
        counterpartName: '云汀甲有限公司',
        authorityCode: '11999900MB00000000',
        provenance: {
          department: '370100',
          responsibleOfficer: '张三',
          batch: 'batch-1',
          line: 7,
          receivedAt: '2026-06-01T00:00:00.000Z',
          version: 1,
          hash: 'a'.repeat(64),
        },
      },
    ],
  });
});

test.each([0, 101, -1])('refuses a page of %i', async (first) => {
  const { data, errors } = await department.ask(
    CALLERS.public,
    'query ($r: [_Any!]!, $first: Int) { _entities(representations: $r) { ... on CreditSubject { licenses(first: $first) { status } } } }',
    { r: [{ __typename: 'CreditSubject', id: A }], first },
  );
  expect(errors).toEqual([
    expect.objectContaining({ path: ['_entities', 0, 'licenses'], extensions: { code: 'INPUT_INVALID' } }),
  ]);
  expect(data).toEqual({ _entities: [{ licenses: null }] });
});

test('gives a subject its own licences and nobody else’s', async () => {
  expect(dates((await department.entities(self(B), [B], 'licenses { decisionDate }'))[0])).toHaveLength(3);
  await expect(department.entities(self(B), [A], 'licenses { decisionDate }')).rejects.toThrow('SUBJECT_FORBIDDEN');
  expect(department.statements).toEqual([]);
});

test('serves no code of an authority that was filed by its name alone', async () => {
  const named = madeUpId('N');
  const authority = '云汀市行政审批服务局（本级）';
  await insert(db, 'licensing.license', [
    {
      subject_id: named,
      decision_document_no: '一号',
      decision_date: '2016-01-02',
      authority,
      authority_code: authority.normalize('NFKC'),
    },
  ]);
  const [found] = await department.entities(CALLERS.auditor, [named], 'licenses { authority authorityCode }');
  expect(found).toEqual({ licenses: [{ authority, authorityCode: null }] });
});
