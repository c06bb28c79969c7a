import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { unresolvedId } from '../../schema/identifiers/subject-id.ts';
import { CALLERS, idOf, insert, madeUpId, self, SUBJECT_KEY, testSubgraph } from '../kit/test-subgraph.ts';
import { registry } from './department.ts';

const USCC = '91350100M000100Y43';
const FORMER = '9164038158BRK2A250';
const UNUSED = '92210300Y55BB55K4H';
const ELSEWHERE = '91999900MB00000195';
const RESIDENT = '11010519491231002X';
const OLD_NUMBER = '999900094580730';
const UNUSED_NUMBER = '999900402157364';
const COMPANY = idOf({ type: 'USCC', value: USCC });
const PERSON = idOf({ type: 'RESIDENT_ID', value: RESIDENT });
const SHOP = madeUpId('shop', 'p');
const STRANGERS_NUMBER = '999999199001010016';
const STRANGER = idOf({ type: 'RESIDENT_ID', value: STRANGERS_NUMBER });
const MERGED = madeUpId('merged');
const KIND = 'ENTERPRISE_LEGAL_PERSON';
let db: Db;
let department: ReturnType<typeof testSubgraph>;

beforeAll(async () => {
  db = await openTestDatabase();
  department = testSubgraph(registry, db);
  const subject = (subject_id: string, name: string, kind = KIND) => ({
    subject_id,
    name,
    kind,
    unified_social_credit_code: subject_id,
  });
  await insert(db, 'registry.subject', [
    {
      ...subject(COMPANY, '云汀泰山（集团）有限公司'),
      unified_social_credit_code: USCC,
      business_registration_no: OLD_NUMBER,
      status: 'IN_OPERATION',
      registered_capital_fen: 1_000_000_000_00n,
      established_on: '1999-01-31',
      employees: 12,
      contact_phone: '0538-1234567',
      email: 'a@example.cn',
      registered_address: '云汀市一街1号',
      legal_representative_name: '欧阳一',
    },
    subject(SHOP, '云汀泰山小吃店', 'INDIVIDUAL_BUSINESS'),
    subject(MERGED, '泰山旧厂'),
  ]);
  await insert(db, 'registry.identifier', [
    {
      reference: unresolvedId(SUBJECT_KEY, { type: 'BUSINESS_REGISTRATION_NO', value: OLD_NUMBER }),
      kind: 'BUSINESS_REGISTRATION_NO',
      subject_id: COMPANY,
    },
    { reference: unresolvedId(SUBJECT_KEY, { type: 'USCC', value: FORMER }), kind: 'USCC', subject_id: COMPANY },
  ]);
  await insert(db, 'registry.officer', [
    { subject_id: COMPANY, role: 'SHAREHOLDER', name: '王二', share_percent: '33.5' },
    {
      subject_id: COMPANY,
      role: 'LEGAL_REPRESENTATIVE',
      name: '欧阳一',
      id_document_type: '身份证',
      id_document_no: RESIDENT,
      person_id: PERSON,
      birth_date: '1949-12-31',
      phone: '13800001234',
    },
    {
      subject_id: MERGED,
      role: 'DIRECTOR',
      name: '欧阳一（旧）',
      id_document_no: RESIDENT,
      person_id: PERSON,
      received_at: '2020-01-01T00:00:00Z',
    },
  ]);
  await insert(db, 'registry.previous_name', [
    { subject_id: COMPANY, name: '云汀一厂', used_until: '2001-01-01' },
    { subject_id: COMPANY, name: '云汀二厂', used_until: '2010-01-01' },
  ]);
  await insert(db, 'registry.succession', [
    { subject_id: MERGED, successor_id: COMPANY, kind: 'MERGER', succeeded_on: '2020-05-01' },
  ]);
});
afterAll(() => db.close());

describe('finding a subject', () => {
  const find = async (caller: Parameters<typeof department.ask>[0], by: Record<string, unknown>, selection = 'id name kind') => {
    const { data, errors } = await department.ask(caller, `query ($by: SubjectBy!) { subject(by: $by) { ${selection} } }`, {
      by,
    });
    return errors ? errors.map(({ extensions }) => extensions?.['code']) : data?.['subject'];
  };

  test.each([
    ['its code', { unifiedSocialCreditCode: ` ${USCC.toLowerCase()} ` }],
    ['a former code', { unifiedSocialCreditCode: FORMER }],
    ['its old registration number', { businessRegistrationNo: OLD_NUMBER }],
    ['its id', { id: COMPANY }],
  ])('answers for %s', async (_, by) => {
    expect(await find(CALLERS.public, by)).toEqual({ id: COMPANY, name: '云汀泰山（集团）有限公司', kind: KIND });
  });

  test.each([
    ['a code nobody has', { unifiedSocialCreditCode: UNUSED }],
    ['an old number nobody has', { businessRegistrationNo: UNUSED_NUMBER }],
    ['an id nobody has', { id: madeUpId('nobody') }],
  ])('answers null for %s', async (_, by) => {
    expect(await find(CALLERS.public, by)).toBeNull();
  });

  test.each([
    ['another department', CALLERS.clerk],
    ['a bank', CALLERS.bank],
    ['the public', CALLERS.public],
    ['another subject', { ...self(COMPANY), purpose: 'PUBLIC_QUERY' }],
  ])('answers %s alike for a person the registry knows as an officer and for one it does not know', async (_, caller) => {
    const about = async (by: Record<string, unknown>) =>
      (await find(caller, by, 'id name kind unifiedSocialCreditCode registration { status }')) as Record<string, unknown>;
    for (const [id, by] of [
      [PERSON, { residentIdNumber: RESIDENT }],
      [PERSON, { id: PERSON }],
      [STRANGER, { residentIdNumber: STRANGERS_NUMBER }],
      [STRANGER, { id: STRANGER }],
    ] as const)
      expect(await about(by)).toEqual({
        id,
        name: null,
        kind: 'NATURAL_PERSON',
        unifiedSocialCreditCode: null,
        registration: null,
      });
  });

  test.each([
    ['the registry', { ...CALLERS.clerk, department: 'registry' }],
    ['an auditor', CALLERS.auditor],
    ['the credit office', CALLERS.office],
    ['the person itself', self(PERSON)],
  ] as const)('names a person to %s', async (_, caller) => {
    expect(await find(caller, { residentIdNumber: RESIDENT })).toEqual({ id: PERSON, name: '欧阳一', kind: 'NATURAL_PERSON' });
  });

  test.each([
    ['no identifier', {}],
    ['two identifiers', { id: COMPANY, unifiedSocialCreditCode: USCC }],
    ['only nulls', { id: null }],
    ['an id of another form', { id: 'o-1' }],
    ['a code with a wrong check character', { unifiedSocialCreditCode: '91350100M000100Y44' }],
  ])('refuses %s, and never repeats it', async (_, by) => {
    expect(await find(CALLERS.public, by)).toEqual(['INPUT_INVALID']);
  });

  test.each([{ unifiedSocialCreditCode: ELSEWHERE }, { id: idOf({ type: 'USCC', value: ELSEWHERE }) }])(
    'SELF_QUERY of one that the registry does not know is answered with none: %j',
    async (by) => {
      const { data, errors } = await department.ask(
        self(idOf({ type: 'USCC', value: ELSEWHERE })),
        'query ($by: SubjectBy!) { subject(by: $by) { id } }',
        { by },
      );
      expect([data, errors]).toEqual([{ subject: null }, undefined]);
    },
  );

  test('SELF_QUERY learns nothing of others, not even whether they exist', async () => {
    expect(await find(self(COMPANY), { unifiedSocialCreditCode: USCC })).toMatchObject({ id: COMPANY });
    for (const by of [
      { id: MERGED },
      { id: madeUpId('nobody') },
      { residentIdNumber: RESIDENT },
      { businessRegistrationNo: UNUSED_NUMBER },
    ]) {
      expect(await find(self(COMPANY), by)).toEqual(['SUBJECT_FORBIDDEN']);
    }
    expect(await find({ ...self(COMPANY), actor: 'BANK' }, { id: COMPANY })).toEqual(['SUBJECT_FORBIDDEN']);
  });
});

test('answers for many subjects in order, in one statement and one more for old numbers', async () => {
  const by = [
    { id: MERGED },
    { id: madeUpId('nobody') },
    { unifiedSocialCreditCode: USCC },
    { businessRegistrationNo: OLD_NUMBER },
  ];
  const { data } = await department.ask(CALLERS.clerk, 'query ($by: [SubjectBy!]!) { subjects(by: $by) { id name } }', { by });
  expect(data?.['subjects']).toEqual([
    { id: MERGED, name: '泰山旧厂' },
    null,
    { id: COMPANY, name: '云汀泰山（集团）有限公司' },
    { id: COMPANY, name: '云汀泰山（集团）有限公司' },
  ]);
  expect(department.statements).toHaveLength(2);
});

test('serves the registration with officers, former names and related subjects', async () => {
  const [company] = await department.entities(
    CALLERS.auditor,
    [COMPANY],
    `registration {
      status registeredCapital establishedOn employees contactPhone email registeredAddress businessRegistrationNo previousNames
      officers { name role share idDocumentNo birthDate subject { id name } }
      predecessors { id name registration { successor { id } } } successor { id } provenance { batch line } }`,
  );
  expect(company).toEqual({
    registration: {
      status: 'IN_OPERATION',
      registeredCapital: '1000000000.00',
      establishedOn: '1999-01-31',
      employees: '12',
      contactPhone: '0538-1234567',
      email: 'a@example.cn',
      registeredAddress: '云汀市一街1号',
      businessRegistrationNo: OLD_NUMBER,
      previousNames: ['云汀二厂', '云汀一厂'],
      officers: [
        {
          name: '欧阳一',
          role: 'LEGAL_REPRESENTATIVE',
          share: null,
          idDocumentNo: RESIDENT,
          birthDate: '1949-12-31',
          subject: { id: PERSON, name: '欧阳一' },
        },
        { name: '王二', role: 'SHAREHOLDER', share: '33.50', idDocumentNo: null, birthDate: null, subject: null },
      ],
      predecessors: [{ id: MERGED, name: '泰山旧厂', registration: { successor: { id: COMPANY } } }],
      successor: null,
      provenance: { batch: 'batch-1', line: 2 },
    },
  });
});

test('leaves related subjects out of a SELF_QUERY', async () => {
  const [company] = await department.entities(
    self(COMPANY),
    [COMPANY],
    'registration { officers { name subject { id } } predecessors { id } }',
  );
  expect(company).toEqual({
    registration: {
      officers: [
        { name: '欧阳一', subject: null },
        { name: '王二', subject: null },
      ],
      predecessors: [],
    },
  });
  const [merged] = await department.entities(self(MERGED), [MERGED], 'registration { successor { id } }');
  expect(merged).toEqual({ registration: { successor: null } });
});

test.each([1, 50])('costs one statement for each part of %i subjects', async (count) => {
  const ids = [COMPANY, MERGED, SHOP, ...Array.from({ length: 50 }, (_, index) => madeUpId(`x${index}`))].slice(0, count);
  await department.entities(
    CALLERS.auditor,
    ids,
    'id name kind registration { status previousNames officers { name } successor { id } predecessors { id } }',
  );
  expect(department.statements).toHaveLength(5);
});
