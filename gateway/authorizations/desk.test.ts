import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { policies } from '../../policies/policies.fixture.ts';
import type { PolicySet } from '../../policies/policy-set.ts';
import type { Acting } from '../../schema/acting.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { createActs } from '../acts/acts.ts';
import { createQueryLog } from '../querylog/query-log.ts';
import { logSize, readEntries } from '../querylog/read-entries.ts';
import { openArtefact } from './artefact.ts';
import { BANK, COMPANY, KEY, noticeOf, NOW, OTHER_COMPANY } from './authorization.fixture.ts';
import { createDesk } from './desk.ts';
import { sweepAuthorizations } from './sweep.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const DAY_MS = 86_400_000;
const PURPOSE = { purpose: 'AUTHORIZATION_HANDLING', requestId: 'r1' };
const bank: Acting = { actor: 'BANK', organization: BANK, operator: 'wang', ...PURPOSE, credentials: { keyThumbprint: KEY } };
const otherBank: Acting = { ...bank, organization: 'OTHER' };
const signatory: Acting = {
  actor: 'SUBJECT',
  organization: COMPANY,
  subject: COMPANY,
  ...PURPOSE,
  credentials: { signatory: 'LEGAL_REPRESENTATIVE', assurance: 'HIGH', channel: 'CITY_PORTAL' },
};
const system: Acting = { actor: 'CREDIT_OFFICE', organization: 'xinqiao', ...PURPOSE };

let db: Db;
let now = NOW;
let version = '2026.1';
/** The policies with the templates in this version. */
const inForce: Pick<PolicySet, 'template'> = {
  template(id, day) {
    const template = policies.template(id, day);
    return template === undefined || template.version === version ? template : { ...template, version };
  },
};
const current = () => ({ ...policies, ...inForce });
const clock = () => now;
let desk: ReturnType<typeof createDesk>;
let acts: ReturnType<typeof createActs>;
let loan = 0;

beforeAll(async () => {
  db = await openTestDatabase();
  acts = createActs({ queryLog: createQueryLog({ db, origin: 'x' }), policies: { current: () => policies }, clock });
  desk = createDesk({ db, acts, policies: { current }, signer: { privateKey, keyId: 'k' }, clock });
});
afterAll(() => db.close());
beforeEach(() => {
  // Each test has a bank of its own: refusals are counted.
  now = NOW;
  version = '2026.1';
});

const wanted = (changes: object = {}) => ({
  subject: COMPANY,
  purpose: 'LOAN_PRE',
  categories: ['TAX'],
  dataFrom: '2025-01-01',
  dataTo: '2026-06-15',
  notBefore: new Date(now).toISOString(),
  expiresAt: new Date(now + 10 * DAY_MS).toISOString(),
  maxUses: 3,
  maxUsesPerDay: 3,
  dataLifeDays: 30,
  matter: `DK-${++loan}`,
  template: 'LOAN_PRE',
  templateVersion: version,
  noticeHash: noticeOf('LOAN_PRE'),
  ...changes,
});
const agreed = { separateConsent: true, noticeHash: noticeOf('LOAN_PRE') };
const granted = async () => desk.grant(signatory, (await desk.request(bank, wanted())).id, agreed);
const refused = (code: string) => expect.objectContaining({ code }) as Error;

async function actsSince(at: bigint) {
  const entries = await readEntries(db, at, 100);
  return entries.map(({ entry }) => entry.act?.kind);
}

test('an authorization is asked for, granted and revoked, each an entry of the log with the subject it concerns', async () => {
  const at = await logSize(db);
  const { id, state, jws } = await desk.request(bank, wanted());
  expect({ state, jws }).toEqual({ state: 'REQUESTED', jws: null });
  const active = await desk.grant(signatory, id, agreed);
  expect(active).toMatchObject({
    state: 'ACTIVE',
    grantee: BANK,
    keyThumbprint: KEY,
    signatory: 'LEGAL_REPRESENTATIVE',
    channel: 'CITY_PORTAL',
  });
  expect(openArtefact(active.jws ?? '', createPublicKey(privateKey))).toMatchObject({
    id,
    maxUses: 3,
    subject: COMPANY,
    separateConsent: true,
  });
  expect(await desk.revoke(signatory, id)).toMatchObject({ state: 'REVOKED', jws: active.jws });
  const entries = await readEntries(db, at, 10);
  expect(entries.map(({ entry }) => entry.act?.kind)).toEqual([
    'AUTHORIZATION_REQUESTED',
    'AUTHORIZATION_GRANTED',
    'AUTHORIZATION_REVOKED',
  ]);
  expect(entries[1]?.entry).toMatchObject({
    act: { object: id, digest: active.digest, limits: { maxUses: 3, expiresAt: active.expiresAt } },
    subjects: { asked: [COMPANY] },
    authorizations: [id],
  });
});

describe('nobody but those it concerns', () => {
  test('sees it', async () => {
    const { id } = await granted();
    const seen = async (by: Acting) => (await desk.find(by, id))?.id ?? null;
    expect(await seen(bank)).toBe(id);
    expect(await seen(signatory)).toBe(id);
    expect(await seen({ ...system, actor: 'AUDITOR' })).toBe(id);
    expect(await seen(otherBank)).toBeNull();
    expect(await seen({ ...signatory, subject: OTHER_COMPANY })).toBeNull();
    expect(await seen({ ...bank, actor: 'DEPARTMENT' })).toBeNull();
    const listed = async (by: Acting) =>
      (await desk.list(by, { state: 'ACTIVE', first: 100, after: null })).map((each) => each.id);
    expect(await listed(otherBank)).toEqual([]);
    expect(await listed(bank)).toContain(id);
    expect(await listed({ ...signatory, subject: OTHER_COMPANY })).toEqual([]);
  });

  test.each([
    ['ACTIVE', 0, ''],
    ['EXPIRED', 10, ''],
    ['EXHAUSTED', 10, 'settled = max_uses'],
    ['LAPSED', 10, "state = 'REQUESTED'"],
    ['REQUESTED', 0, "state = 'REQUESTED'"],
    ['DECLINED', 10, "state = 'DECLINED'"],
  ] as const)('lists it as %s, however many newer ones there are in another state', async (state, days, change) => {
    const { id } = await granted();
    await db.exec(`CREATE TEMP TABLE newer AS SELECT r.* FROM authorizations.record r, generate_series(1, 1000) WHERE id = '${id}';
      UPDATE newer SET id = id || ctid, grantee = '${id}', state = 'REVOKED', requested_at = requested_at + interval '1 hour';
      INSERT INTO authorizations.record SELECT * FROM newer; DROP TABLE newer;
      UPDATE authorizations.record SET ${change && `${change}, `} grantee = '${id}' WHERE id = '${id}'`);
    now += days * DAY_MS;
    const listed = async (asked: typeof state) =>
      desk.list({ ...bank, organization: id }, { state: asked, first: 5, after: null });
    expect(await listed(state)).toEqual([expect.objectContaining({ id, state })]);
    if (state !== 'ACTIVE') expect(await listed('ACTIVE')).toEqual([]);
    expect(await desk.list({ ...bank, organization: id }, { state: null, first: 5, after: null })).toHaveLength(5);
  });

  test('pages through them, newest first, each once', async () => {
    const pager = { ...bank, organization: 'PAGER' };
    const made: string[] = [];
    // Two of each instant.
    for (const later of [0, 0, 1, 1, 2]) {
      now = NOW + later;
      made.push((await desk.request(pager, wanted())).id);
    }
    const pageBehind = async (after: string | null) =>
      (await desk.list(pager, { state: 'REQUESTED', first: 2, after })).map(({ id }) => id);
    const pages = [await pageBehind(null)];
    while (pages.at(-1)!.length > 0) pages.push(await pageBehind(pages.at(-1)!.at(-1)!));
    expect(pages.map(({ length }) => length)).toEqual([2, 2, 1, 0]);
    expect(pages[0]?.[0]).toBe(made.at(-1));
    expect(pages.flat().sort()).toEqual(made.sort());
  });

  test('is read on behind one of its own, also when that one has ended meanwhile', async () => {
    now += 1000;
    const made = [(await granted()).id, (await granted()).id, (await granted()).id];
    const ids = async (after: string | null) => (await desk.list(bank, { state: 'ACTIVE', first: 2, after })).map(({ id }) => id);
    const start = await ids(null);
    await desk.revoke(signatory, start[1] ?? '');
    const [next] = await ids(start[1] ?? '');
    expect([...start, next].sort()).toEqual(made.sort());
    await expect(desk.list(otherBank, { state: null, first: 2, after: made[0] ?? '' })).rejects.toThrow(
      /there is none of this id/i,
    );
  });

  test.each([
    ['grants', (id: string) => desk.grant({ ...signatory, subject: OTHER_COMPANY }, id, agreed), 'AUTHORIZATION_UNKNOWN'],
    ['grants for itself', (id: string) => desk.grant(bank, id, agreed), 'AUTHORIZATION_CONSENT_BY_GRANTEE'],
    ['revokes', (id: string) => desk.revoke({ ...signatory, subject: OTHER_COMPANY }, id), 'AUTHORIZATION_UNKNOWN'],
    ['declines', (id: string) => desk.decline(bank, id), 'AUTHORIZATION_SIGNATORY_FOREIGN'],
    ['attests', (id: string) => desk.attestLoan(otherBank, id, true), 'AUTHORIZATION_UNKNOWN'],
    ['attests for it', (id: string) => desk.attestLoan(signatory, id, true), 'AUTHORIZATION_GRANTEE_FOREIGN'],
  ])('%s it', async (_, act, code) => {
    const { id } = await desk.request(bank, wanted());
    await expect(act(id)).rejects.toEqual(refused(code));
    expect((await desk.find(bank, id))?.state).toBe('REQUESTED');
  });
});

test('what is decided stays decided, and a decision that comes too late leaves no entry', async () => {
  const { id } = await granted();
  const at = await logSize(db);
  await expect(desk.decline(signatory, id)).rejects.toEqual(refused('ALREADY_DONE'));
  await expect(desk.grant(signatory, id, agreed)).rejects.toEqual(refused('ALREADY_DONE'));
  await desk.revoke(signatory, id);
  await expect(desk.revoke(signatory, id)).rejects.toEqual(refused('ALREADY_DONE'));
  expect(await actsSince(at)).toEqual(['AUTHORIZATION_REVOKED']);
});

test('one that nobody answers lapses: at once when it is judged, on record with the next sweep', async () => {
  const { id } = await desk.request(bank, wanted());
  now += 7 * DAY_MS;
  expect((await desk.find(bank, id))?.state).toBe('LAPSED');
  await expect(desk.grant(signatory, id, agreed)).rejects.toEqual(refused('AUTHORIZATION_LAPSED'));
  const at = await logSize(db);
  await sweepAuthorizations(system, { db, acts, clock });
  expect(await actsSince(at)).toContain('AUTHORIZATION_LAPSED');
  expect(await sweepAuthorizations(system, { db, acts, clock })).toBe(0);
});

test('one at its end is expired, and put on record once however many gateways sweep', async () => {
  const { id } = await granted();
  now += 10 * DAY_MS;
  const at = await logSize(db);
  await Promise.all([1, 2, 3].map(() => sweepAuthorizations(system, { db, acts, clock })));
  const about = (await readEntries(db, at, 100)).filter(({ entry }) => entry.act?.object === id);
  expect(about.map(({ entry }) => entry.act?.kind)).toEqual(['AUTHORIZATION_EXPIRED']);
  expect((await desk.find(bank, id))?.state).toBe('EXPIRED');
});

test.each([
  ['declined', 7, 'LAPSED', async () => (await desk.request(bank, wanted())).id, (id: string) => desk.decline(signatory, id)],
  ['revoked', 10, 'EXPIRED', async () => (await granted()).id, (id: string) => desk.revoke(signatory, id)],
  ['suspended', 10, 'EXPIRED', async () => (await granted()).id, (id: string) => desk.attestLoan(bank, id, false)],
] as const)('what time has ended is not %s any more, whether its end is on record or not', async (_, days, state, made, act) => {
  const id = await made();
  now += days * DAY_MS;
  await expect(act(id)).rejects.toEqual(refused('ALREADY_DONE'));
  expect((await desk.find(bank, id))?.state).toBe(state);
});

test('the same request is not put twice while it waits', async () => {
  const asked = wanted();
  await desk.request(bank, asked);
  await expect(desk.request(bank, asked)).rejects.toEqual(refused('AUTHORIZATION_REQUEST_PENDING'));
});

test('a request by a template that has changed cannot be granted, and the bank asks anew at once', async () => {
  const asked = wanted();
  const { id } = await desk.request(bank, asked);
  version = '2026.2';
  await expect(desk.grant(signatory, id, agreed)).rejects.toEqual(refused('AUTHORIZATION_TEMPLATE_OUTDATED'));
  const anew = await desk.request(bank, { ...asked, templateVersion: version });
  await expect(desk.request(bank, { ...asked, templateVersion: version })).rejects.toEqual(
    refused('AUTHORIZATION_REQUEST_PENDING'),
  );
  expect(await desk.grant(signatory, anew.id, agreed)).toMatchObject({ state: 'ACTIVE', templateVersion: '2026.2' });
});

test('after a refusal the subject is asked twice more in seven days, whatever the loan, and not a third time', async () => {
  const nagging = { ...bank, organization: 'NAGGING' };
  const ask = () => desk.request(nagging, wanted());
  const first = await ask();
  await desk.decline(signatory, first.id);
  now += 1;
  await ask();
  await ask();
  await expect(ask()).rejects.toEqual(refused('AUTHORIZATION_REQUESTS_REPEATED'));
  await expect(desk.request({ ...bank, organization: 'OTHER' }, wanted())).resolves.toBeDefined();
  now += 7 * DAY_MS;
  await expect(ask()).resolves.toBeDefined();
});

describe('after the loan is paid out', () => {
  const post = (changes: object = {}) =>
    wanted({ purpose: 'LOAN_POST', template: 'LOAN_POST', noticeHash: noticeOf('LOAN_POST'), maxUsesPerDay: 1, ...changes });
  const agreedPost = { separateConsent: true, noticeHash: noticeOf('LOAN_POST') };

  test('nothing is granted before the bank attests the loan open, and all ends when it attests it closed', async () => {
    const { id } = await desk.request(bank, post());
    await expect(desk.grant(signatory, id, agreedPost)).rejects.toEqual(refused('AUTHORIZATION_LOAN_NOT_OPEN'));
    await desk.attestLoan(bank, id, true);
    expect(await desk.grant(signatory, id, agreedPost)).toMatchObject({ state: 'ACTIVE', loanOpen: true });
    expect(await desk.attestLoan(bank, id, false)).toMatchObject({ state: 'SUSPENDED' });
    await expect(desk.attestLoan(bank, id, true)).rejects.toEqual(refused('ALREADY_DONE'));
  });
});

test('templates in force are told with the notice and its hash', () => {
  expect(desk.templates().map(({ id, noticeHash }) => [id, noticeHash])).toEqual(
    ['LOAN_POST', 'LOAN_PRE', 'SINGLE_REPORT'].map((id) => [id, noticeOf(id)]),
  );
});
