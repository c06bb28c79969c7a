import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { artefactOf, sealArtefact } from './artefact.ts';
import { asked, BANK, COMPANY, consent, context, KEY, NOW, OTHER_COMPANY } from './authorization.fixture.ts';
import { readConsent } from './consent.ts';
import { insertRequest, keepLoan, moveRecord, readRecord } from './records.ts';
import { readTerms } from './terms.ts';
import { reserveUse, returnOverdue, returnUse, settleUse, type UseAttempt } from './uses.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const DAY_MS = 86_400_000;
let db: Db;
let id: string;
let count = 0;

beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  id = await granted();
});

/** An authorization of three uses, two a day. */
async function granted(changes: object = {}, { openLoan = false } = {}): Promise<string> {
  const { terms, template } = readTerms(asked({ id: `u${++count}`, ...changes }), context());
  await insertRequest(db, terms, { ...template, requires: { ...template.requires, openLoan } }, NOW);
  const sealed = sealArtefact(artefactOf(terms, readConsent(consent(), terms, template), NOW), { privateKey, keyId: 'k' });
  await moveRecord(db, { id: terms.id, from: 'REQUESTED', to: 'ACTIVE', now: NOW, sealed });
  return terms.id;
}

const attempt = (changes: Partial<UseAttempt> = {}): UseAttempt => ({
  authorization: id,
  requestId: 'r',
  grantee: BANK,
  keyThumbprint: KEY,
  purpose: 'LOAN_PRE',
  matter: 'DK-2026-0001',
  subject: COMPANY,
  now: NOW,
  ...changes,
});
const use = (changes: Partial<UseAttempt> = {}) => reserveUse(db, attempt(changes));
const spend = async (now = NOW) => settleUse(db, await use({ now }), now);
const counts = async () => {
  const { reserved, settled, usedThatDay, lost } = (await readRecord(db, id)) ?? expect.unreachable();
  return { reserved, settled, usedThatDay, lost };
};
const refused = (code: string) => expect.objectContaining({ code }) as Error;

test('a use is reserved, then spent', async () => {
  const reserved = await use();
  expect(await counts()).toEqual({ reserved: 1, settled: 0, usedThatDay: 1, lost: 0 });
  await settleUse(db, reserved, NOW);
  expect(await counts()).toEqual({ reserved: 0, settled: 1, usedThatDay: 1, lost: 0 });
});

test('a refusal or a failure burns none', async () => {
  await returnUse(db, await use(), NOW);
  expect(await counts()).toEqual({ reserved: 0, settled: 0, usedThatDay: 0, lost: 0 });
});

test('what is returned or spent once is so once', async () => {
  const reserved = await use();
  await settleUse(db, reserved, NOW);
  await returnUse(db, reserved, NOW);
  await expect(settleUse(db, reserved, NOW)).rejects.toEqual(refused('AUTHORIZATION_ENDED'));
  expect(await counts()).toEqual({ reserved: 0, settled: 1, usedThatDay: 1, lost: 0 });
});

describe('nothing is reserved', () => {
  test.each<[string, Partial<UseAttempt>, string]>([
    ['of an authorization there is not', { authorization: 'none' }, 'AUTHORIZATION_UNKNOWN'],
    ['by another bank', { grantee: 'OTHER' }, 'AUTHORIZATION_UNKNOWN'],
    ['with another key', { keyThumbprint: 'x'.repeat(43) }, 'AUTHORIZATION_KEY_MISMATCH'],
    ['without a key', { keyThumbprint: undefined }, 'AUTHORIZATION_KEY_MISMATCH'],
    ['for another purpose', { purpose: 'LOAN_POST' }, 'AUTHORIZATION_PURPOSE_MISMATCH'],
    ['for another loan', { matter: 'DK-2' }, 'AUTHORIZATION_MATTER_MISMATCH'],
    ['for no loan', { matter: undefined }, 'AUTHORIZATION_MATTER_MISMATCH'],
    ['of another company', { subject: OTHER_COMPANY }, 'AUTHORIZATION_SUBJECT_MISMATCH'],
    ['before it begins', { now: NOW - 1 }, 'AUTHORIZATION_NOT_BEGUN'],
    ['at its end', { now: NOW + 30 * DAY_MS }, 'AUTHORIZATION_EXPIRED'],
  ])('%s', async (_, changes, code) => {
    await expect(use(changes)).rejects.toEqual(refused(code));
    expect(await counts()).toMatchObject({ reserved: 0, settled: 0 });
  });

  test.each([
    ['REVOKED', 'AUTHORIZATION_REVOKED'],
    ['SUSPENDED', 'AUTHORIZATION_SUSPENDED'],
    ['EXHAUSTED', 'AUTHORIZATION_EXHAUSTED'],
    ['EXPIRED', 'AUTHORIZATION_EXPIRED'],
  ] as const)('when it is %s', async (to, code) => {
    await moveRecord(db, { id, from: 'ACTIVE', to, now: NOW });
    await expect(use()).rejects.toEqual(refused(code));
  });

  test('of one that needs an open loan, while none is attested; nor is an answer released once it is closed', async () => {
    id = await granted({}, { openLoan: true });
    await expect(use()).rejects.toEqual(refused('AUTHORIZATION_LOAN_NOT_OPEN'));
    await keepLoan(db, id, true);
    const reserved = await use();
    await keepLoan(db, id, false);
    await expect(settleUse(db, reserved, NOW)).rejects.toEqual(refused('AUTHORIZATION_ENDED'));
  });
});

test('as many a day as it allows, the next day more, and in all no more than that', async () => {
  await spend();
  await spend();
  await expect(spend()).rejects.toEqual(refused('AUTHORIZATION_DAY_EXHAUSTED'));
  await spend(NOW + DAY_MS);
  await expect(spend(NOW + DAY_MS)).rejects.toEqual(refused('AUTHORIZATION_EXHAUSTED'));
  await expect(spend(NOW + 2 * DAY_MS)).rejects.toEqual(refused('AUTHORIZATION_EXHAUSTED'));
});

test('a gateway whose clock is behind does not start the day before anew', async () => {
  await spend(NOW + DAY_MS);
  await spend(NOW + DAY_MS);
  await expect(spend(NOW + DAY_MS / 4)).rejects.toEqual(refused('AUTHORIZATION_DAY_EXHAUSTED'));
});

test.each([
  ['revoked', () => moveRecord(db, { id, from: 'ACTIVE', to: 'REVOKED', now: NOW }), NOW],
  ['at its end', async () => {}, NOW + 30 * DAY_MS],
])('an answer that is under way when it is %s is not released, and its use does not count', async (_, end, then) => {
  const reserved = await use();
  await end();
  await expect(settleUse(db, reserved, then)).rejects.toEqual(refused('AUTHORIZATION_ENDED'));
  await returnUse(db, reserved, then);
  expect(await counts()).toMatchObject({ settled: 0, lost: 0 });
});

describe('a use whose gateway died', () => {
  const OVERDUE = NOW + 120_000;

  test('counts until its time is over, then is given back and stays visible', async () => {
    await use();
    expect(await returnOverdue(db, OVERDUE - 1, id)).toBe(0);
    expect(await returnOverdue(db, OVERDUE, id)).toBe(1);
    expect(await returnOverdue(db, OVERDUE, id)).toBe(0);
    expect(await counts()).toEqual({ reserved: 0, settled: 0, usedThatDay: 0, lost: 1 });
  });

  test('of the day before is given back to no other day, whoever reserves while it is swept', async ({ skip }) => {
    skip(db.kind !== 'postgres', 'an embedded database has one connection');
    const nextDay = NOW + DAY_MS;
    await use();
    let swept: Promise<number> | undefined;
    await db.transaction(async (tx) => {
      await reserveUse(tx, attempt({ now: nextDay }));
      swept = returnOverdue(db, nextDay, id);
      // Until it waits for the row that this transaction holds.
      const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'WITH overdue%' AND datname = current_database()`;
      while ((await db.query(waiting)).rows.length === 0);
    });
    await swept;
    expect(await counts()).toMatchObject({ reserved: 1, usedThatDay: 1, lost: 1 });
  });

  test('is given back to whoever needs it, without waiting for a sweep', async () => {
    await use();
    await use();
    await expect(use()).rejects.toEqual(refused('AUTHORIZATION_DAY_EXHAUSTED'));
    await expect(use({ now: OVERDUE })).resolves.toBeDefined();
  });

  test('cannot be spent any more, should the gateway live after all', async () => {
    const reserved = await use();
    await returnOverdue(db, OVERDUE, id);
    await expect(settleUse(db, reserved, OVERDUE)).rejects.toEqual(refused('AUTHORIZATION_ENDED'));
    expect(await counts()).toMatchObject({ settled: 0, reserved: 0 });
  });
});
