import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import type { AuthorizedData } from '../../schema/signed-context.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { licensing } from '../licensing/department.ts';
import { penalties } from '../penalties/department.ts';
import { buildSchema } from './build-schema.ts';
import { CALLERS, insert, madeUpId, self, testSubgraph } from './test-subgraph.ts';

const SHOP = madeUpId('shop', 'p');
const COMPANY = madeUpId('company');
const DAYS = ['2026-06-01', '2026-05-31', '2025-06-01', '2025-05-31'];
const WINDOW: AuthorizedData = { from: '2025-06-01', to: '2026-05-31', categories: ['LICENSE', 'PENALTY'] };
const PERSONAL = 'facts content fineAmount confiscatedAmount counterpartName legalRepresentativeName';

let db: Db;
let departments: Record<'licenses' | 'penalties', ReturnType<typeof testSubgraph>>;

beforeAll(async () => {
  db = await openTestDatabase();
  departments = { licenses: testSubgraph(licensing, db), penalties: testSubgraph(penalties, db) };
  const records = [SHOP, COMPANY].flatMap((subject_id) =>
    DAYS.map((decision_date) => ({
      subject_id,
      decision_date,
      decision_document_no: `${subject_id} ${decision_date}`,
      authority_code: '11999900MB00000000',
      counterpart_name: '云汀小吃店',
      legal_representative_name: '张三',
      legal_representative_id_no: '999999195207109160',
    })),
  );
  await insert(db, 'licensing.license', records);
  const penalty = { facts: '事实', content: '罚款', categories: ['FINE'], fine_fen: 5_000_00n, confiscated_fen: 1_00n };
  await insert(
    db,
    'penalties.penalty',
    records.map((record) => ({ ...record, ...penalty, publicity_end_date: '2027-12-31' })),
  );
});
afterAll(() => db.close());

/** The days of the records that are shown, and of those that are shown with a value in any of the fields. */
async function daysShown(list: keyof typeof departments, caller: object, id: string, fields: string) {
  const [entity] = await departments[list].entities(caller as never, [id], `${list} { decisionDate ${fields} }`);
  const rows = entity?.[list] as { decisionDate: string; [field: string]: unknown }[];
  const told = rows.filter((row) => fields.split(' ').some((field) => row[field] !== null));
  return { public: rows.map(({ decisionDate }) => decisionDate), told: told.map(({ decisionDate }) => decisionDate) };
}
const authorized = (change: Partial<AuthorizedData> = {}) => ({ ...CALLERS.bank, authorization: { ...WINDOW, ...change } });
const ownerOf = {
  licenses: { ...CALLERS.clerk, department: 'licensing' },
  penalties: { ...CALLERS.clerk, department: 'penalties' },
};

describe.each([
  ['licenses', 'AdministrativeLicense', 'counterpartName legalRepresentativeName'],
  ['penalties', 'AdministrativePenalty', PERSONAL],
] as const)('of %s', (list, type, fields) => {
  const IN_WINDOW = ['2026-05-31', '2025-06-01'];

  test.each([
    ['within the period of data, to its edge days', authorized(), IN_WINDOW],
    ['none where no record lies in the period', authorized({ from: '2026-11-01', to: '2026-11-30' }), []],
    ['none where the authorization is of other categories', authorized({ categories: ['TAX'] }), []],
    ['none where the authorization is of other fields', authorized({ fields: [`${type}.decisionDate`] }), []],
    ['none without an authorization', CALLERS.bank, []],
    ['all for the owner', ownerOf[list], DAYS],
    ['all for the subject itself', self(SHOP), DAYS],
  ])('what is a sole proprietor’s own is told: %s', async (_what, caller, told) => {
    expect(await daysShown(list, caller, SHOP, fields)).toEqual({ public: DAYS, told });
  });

  test('each field goes by itself, as the authorization names it', async () => {
    for (const field of fields.split(' ')) {
      const named = authorized({ fields: [`${type}.${field}`] });
      expect(await daysShown(list, named, SHOP, field)).toMatchObject({ told: IN_WINDOW });
      const others = fields.split(' ').filter((other) => other !== field);
      expect(await daysShown(list, named, SHOP, others.join(' '))).toMatchObject({ told: [] });
    }
  });

  test('what is public of an organisation stays, whatever the period', async () => {
    for (const caller of [authorized(), CALLERS.bank, CALLERS.public])
      expect(await daysShown(list, caller, COMPANY, fields)).toEqual({ public: DAYS, told: DAYS });
  });

  test('and what is not public of it keeps to the period', async () => {
    const told = (caller: object) => daysShown(list, caller, COMPANY, 'legalRepresentativeIdNo');
    expect(await told(authorized())).toEqual({ public: DAYS, told: IN_WINDOW });
    expect(await told(CALLERS.bank)).toEqual({ public: DAYS, told: [] });
    expect(await told(CALLERS.auditor)).toEqual({ public: DAYS, told: DAYS });
  });
});

test('a department does not start with a day that its schema has not', () => {
  expect(() => buildSchema({ ...licensing, dated: { AdministrativeLicense: 'decidedOn' } })).toThrow(
    'AdministrativeLicense.decidedOn is not in the schema',
  );
});
