import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { compileFiles } from '../../policies/load-policies.ts';
import { catalogue, mutated, policies, SUPERGRAPH_SDL } from '../../policies/policies.fixture.ts';
import type { PolicySet } from '../../policies/policy-set.ts';
import { apiSchemaOf } from '../../schema/api-schema.ts';
import type { Acting } from '../../schema/acting.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { createActs } from '../acts/acts.ts';
import { createQueryLog } from '../querylog/query-log.ts';
import { logSize, readEntries } from '../querylog/read-entries.ts';
import { followOperations, type LiveOperations } from './live-operations.ts';
import { operationDesk } from './operation-desk.ts';
import { createRegistered } from './registered.ts';
import { reopenWidened } from './reopen-widened.ts';

const NOW = Date.parse('2026-06-15T04:00:00Z');
const BANK: Acting = { actor: 'BANK', organization: 'bank', operator: 'system', purpose: 'QUERY_REGISTRATION', requestId: 'r1' };
const OFFICE: Acting = { ...BANK, actor: 'CREDIT_OFFICE', organization: 'office', requestId: 'r2' };
const LOOK = '{ subject(by: { unifiedSocialCreditCode: "91350100M000100Y43" }) { name registration { employees } } }';
const PRE = 'purposes/LOAN_PRE.yaml';
const WIDER = compileFiles(mutated(PRE, '    COMMERCIAL: withhold', '    COMMERCIAL: mask'), catalogue);
const NARROWER = compileFiles(mutated(PRE, '      - Registration.employees\n', ''), catalogue);
const apiSchema = apiSchemaOf(SUPERGRAPH_SDL);

let db: Db;
const gateways: ReturnType<typeof gateway>[] = [];
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(async () => {
  for (const { operations } of await Promise.all(gateways)) await operations.close();
  await db.close();
});

/** One of several gateways over one database; its clock and policies are the test's to change. */
async function gateway() {
  const at = { now: NOW, policy: policies as PolicySet };
  const clock = () => at.now;
  const rules = { current: () => ({ policy: at.policy, schema: { apiSchema } }) };
  const operations: LiveOperations = await followOperations({ db, clock, report: (error) => expect.fail(String(error)) });
  const acts = createActs({ queryLog: createQueryLog({ db, origin: 'x' }), policies: { current: () => at.policy }, clock });
  const parts = { db, acts, operations, rules, clock };
  const stage = createRegistered({ operations, production: true, lifted: false });
  return {
    at,
    operations,
    desk: operationDesk(parts),
    reopen: () => reopenWidened(parts),
    /** The code it is refused with, if it is. */
    run(hash: string, organization = 'bank') {
      const caller = { actor: 'BANK', organization, developer: false } as const;
      const request = { documentHash: hash, schema: apiSchema, receivedAt: at.now };
      try {
        stage.assertMayRun(request, { caller, purpose: { code: 'LOAN_PRE' } }, at.policy);
        return undefined;
      } catch (error) {
        return (error as { code: string }).code;
      }
    },
  };
}

async function open() {
  const opened = gateway();
  gateways.push(opened);
  return opened;
}

async function approved({ desk }: Awaited<ReturnType<typeof gateway>>, purpose: string, document = LOOK) {
  const made = await desk.register(BANK, { document, name: '概况', purpose, reason: '审查贷款' });
  const { digest } = made.disclosure() as { digest: string };
  return desk.approve(OFFICE, made.id, { digest, validUntil: '2026-12-31' });
}

test('what would disclose more is refused at once, goes back to review once, and runs again when that is approved', async () => {
  const [one, two] = [await open(), await open()];
  const { id, hash } = await approved(one, 'LOAN_PRE');
  await two.operations.refresh();
  expect([one.run(hash), two.run(hash), one.run(hash, 'other')]).toEqual([undefined, undefined, 'OPERATION_NOT_REGISTERED']);

  for (const { at } of [one, two]) at.policy = NARROWER;
  expect([one.run(hash), await one.reopen()]).toEqual([undefined, 0]);

  for (const { at } of [one, two]) at.policy = WIDER;
  expect([one.run(hash), two.run(hash)]).toEqual(['OPERATION_PENDING', 'OPERATION_PENDING']);
  const before = await logSize(db);
  const reopened = await Promise.all([one.reopen(), two.reopen()]);
  expect(reopened.reduce((sum, count) => sum + count)).toBe(1);
  expect((await readEntries(db, before, 10)).map(({ entry }) => entry.act)).toEqual([{ kind: 'OPERATION_REOPENED', object: id }]);
  expect([await one.reopen(), await two.reopen()]).toEqual([0, 0]);

  const seen = await one.desk.operation(OFFICE, id);
  expect(seen).toMatchObject({ state: 'IN_REVIEW', decidedBy: 'xinqiao/gateway' });
  const { digest, widened } = seen!.disclosure() as { digest: string; widened: string[] };
  expect(widened).toEqual(['Registration.employees']);
  await one.desk.approve(OFFICE, id, { digest, validUntil: '2026-12-31' });
  expect(one.run(hash)).toBeUndefined();
});

test('an approval ends with its last day, and may be renewed', async () => {
  const one = await open();
  const { id, hash, disclosure } = await approved(one, 'LOAN_PRE', `${LOOK} `);
  one.at.now = Date.parse('2026-12-31T15:59:59Z');
  expect(one.run(hash)).toBeUndefined();
  one.at.now += 1_000;
  expect(one.run(hash)).toBe('OPERATION_EXPIRED');
  expect(await one.desk.operation(BANK, id)).toMatchObject({ state: 'EXPIRED' });
  const { digest } = disclosure() as { digest: string };
  await one.desk.approve(OFFICE, id, { digest, validUntil: '2027-06-30' });
  expect(one.run(hash)).toBeUndefined();
});

test('a document that no longer fits the schema is not run, and goes back to review', async () => {
  const one = await open();
  const { hash } = await approved(one, 'LOAN_PRE', `${LOOK}  `);
  const sdl = SUPERGRAPH_SDL.replace('  employees: Count', '  staff: Count');
  expect(sdl).not.toBe(SUPERGRAPH_SDL);
  const other = apiSchemaOf(sdl);
  const stage = createRegistered({ operations: one.operations, production: true, lifted: false });
  const caller = { actor: 'BANK', organization: 'bank', developer: false } as const;
  expect(() =>
    stage.assertMayRun(
      { documentHash: hash, schema: other, receivedAt: NOW },
      { caller, purpose: { code: 'LOAN_PRE' } },
      policies,
    ),
  ).toThrow(expect.objectContaining({ code: 'OPERATION_PENDING' }));
});

test('while nobody knows what is registered nothing is run that must be, and everything else is', async () => {
  const unknown = { find: () => undefined, isKnown: () => false };
  const ask = (
    by: { actor: 'BANK' | 'DEPARTMENT' | 'PUBLIC'; purpose?: string },
    options: { production?: boolean; lifted?: boolean } = {},
  ) => {
    const stage = createRegistered({ operations: unknown, production: true, lifted: false, ...options });
    const caller = { actor: by.actor, organization: 'o', developer: false };
    const request = { documentHash: 'h', schema: apiSchema, receivedAt: Date.parse('2027-05-01T04:00:00Z') };
    stage.assertMayRun(request, { caller, purpose: { code: by.purpose ?? 'LOAN_PRE' } }, policies);
  };
  const refused = expect.objectContaining({ code: 'OPERATIONS_UNKNOWN', details: { rule: 'REG-1' } });
  expect(() => ask({ actor: 'BANK' })).toThrow(refused);
  expect(() => ask({ actor: 'BANK' }, { production: false })).toThrow(refused);
  expect(() => ask({ actor: 'BANK' }, { production: false, lifted: true })).not.toThrow();
  expect(() => ask({ actor: 'BANK', purpose: 'QUERY_REGISTRATION' })).not.toThrow();
  expect(() => ask({ actor: 'DEPARTMENT', purpose: 'DAILY_SUPERVISION' })).toThrow();
  expect(() => ask({ actor: 'DEPARTMENT', purpose: 'DAILY_SUPERVISION' }, { production: false })).not.toThrow();
  expect(() => ask({ actor: 'DEPARTMENT', purpose: 'DATA_QUALITY' })).not.toThrow();
  expect(() => ask({ actor: 'PUBLIC', purpose: 'PUBLIC_QUERY' })).not.toThrow();
});
