import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { authorizationsAreKeptTo } from '../../../gateway/evidence/authorization-rule.ts';
import type { QueryLogEntry } from '../../../gateway/querylog/entry.ts';
import { ask, type Bearer, type Deployment, entryOf } from '../deployment.ts';
import { registered } from '../registering.ts';
import { cityClock } from '../test-city.ts';

const BANK: Bearer = { actor: 'BANK', org: 'bank-of-loans', operator: 'loan-desk' };
const HANDLING = 'AUTHORIZATION_HANDLING';
const LOAN = 'DK-2026-0001';
const READ =
  'query ($code: USCC!) { subject(by: { unifiedSocialCreditCode: $code }) { name tax { hasArrears refundAccountNo } } }';
const SEARCH = '{ searchSubjects(name: "科技") { edges { node { id } } } }';
const REQUEST = 'mutation ($input: AuthorizationRequest!) { requestAuthorization(input: $input) { id state } }';
const GRANT =
  'mutation ($id: ID!, $hash: String!) { grantAuthorization(id: $id, noticeHash: $hash, separateConsent: true) { state maxUses digest jws } }';
const REVOKE = 'mutation ($id: ID!) { revokeAuthorization(id: $id) { state } }';
const STATE = 'query ($id: ID!) { authorization(id: $id) { state usesSettled usesReserved } }';
const DAY_MS = 86_400_000;

/** The life of one loan, end to end: asked for, granted, read three times, used up, granted anew, revoked, refused, on record. */
export function oneLoan(deployment: () => Deployment): void {
  const company = () => deployment().manifest.demonstration.unifiedSocialCreditCode;
  const representative = (): Bearer => ({
    actor: 'SUBJECT',
    subject: company(),
    signatory: 'LEGAL_REPRESENTATIVE',
    assurance: 'HIGH',
    channel: 'CITY_PORTAL',
  });
  const handle = (bearer: Bearer, query: string, variables: Record<string, unknown> = {}) =>
    ask(deployment(), { bearer, query, variables, purpose: HANDLING });
  const read = (
    authorization?: string,
    changes: { key?: ReturnType<typeof anotherKey>; matter?: string; query?: string } = {},
  ) => {
    const { key, matter = LOAN, query = READ } = changes;
    return ask(deployment(), {
      bearer: { ...BANK, ...(key && { key }) },
      query,
      variables: { code: company() },
      purpose: 'LOAN_PRE',
      matter,
      ...(authorization !== undefined && { extensions: { authorization } }),
    });
  };
  const template = async () => {
    const { data } = await handle(BANK, '{ authorizationTemplates { id version noticeHash notice } }');
    return data.authorizationTemplates.find(({ id }: { id: string }) => id === 'LOAN_PRE') as {
      version: string;
      noticeHash: string;
    };
  };
  const request = async (changes: object = {}) => {
    const found = await handle(BANK, 'query ($code: USCC!) { subject(by: { unifiedSocialCreditCode: $code }) { id } }', {
      code: company(),
    });
    const { version, noticeHash } = await template();
    const now = cityClock();
    const input = {
      subject: found.data.subject.id,
      purpose: 'LOAN_PRE',
      categories: ['REGISTRATION', 'TAX'],
      dataFrom: new Date(now - 300 * DAY_MS).toISOString().slice(0, 10),
      dataTo: new Date(now).toISOString().slice(0, 10),
      notBefore: new Date(now).toISOString(),
      expiresAt: new Date(now + 10 * DAY_MS).toISOString(),
      maxUses: 3,
      maxUsesPerDay: 3,
      dataLifeDays: 30,
      matter: LOAN,
      template: 'LOAN_PRE',
      templateVersion: version,
      noticeHash,
      ...changes,
    };
    return handle(BANK, REQUEST, { input });
  };
  const granted = async () => {
    const { data } = await request();
    const { id } = data.requestAuthorization as { id: string };
    await handle(representative(), GRANT, { id, hash: (await template()).noticeHash });
    return id;
  };
  const entries = async (): Promise<QueryLogEntry[]> => {
    const { rows } = await deployment().log.query<{ canonical: string }>('select canonical from querylog.entry order by seq');
    return rows.map(({ canonical }) => JSON.parse(canonical) as QueryLogEntry);
  };

  describe('the life of one loan', () => {
    let first: string;
    beforeAll(async () => {
      for (const [bearer, document] of [
        [BANK, READ],
        [BANK, SEARCH],
        [{ ...BANK, org: 'another-bank' }, READ],
      ] as const)
        await registered(deployment(), bearer, document, 'LOAN_PRE');
    });

    test('a bank without authorization sees what is public, and nothing of the tax', async () => {
      const answer = await read();
      expect(answer.codes).toEqual([]);
      expect(answer.data.subject).toEqual({
        name: expect.any(String) as string,
        tax: { hasArrears: null, refundAccountNo: null },
      });
    });

    test('it asks, in vain until the company agrees; it cannot agree for the company', async () => {
      const { data, codes } = await request();
      expect([codes, data.requestAuthorization.state]).toEqual([[], 'REQUESTED']);
      first = data.requestAuthorization.id;
      expect((await read(first)).codes).toEqual(['AUTHORIZATION_NOT_GRANTED']);
      const { noticeHash } = await template();
      expect((await handle(BANK, GRANT, { id: first, hash: noticeHash })).codes).toEqual(['ACT_FORBIDDEN']);
      const nobody: Bearer = { actor: 'SUBJECT', subject: company(), assurance: 'HIGH', channel: 'CITY_PORTAL' };
      expect((await handle(nobody, GRANT, { id: first, hash: noticeHash })).codes).toEqual([
        'AUTHORIZATION_SIGNATORY_UNAUTHORIZED',
      ]);
      const grant = await handle(representative(), GRANT, { id: first, hash: noticeHash });
      expect(grant.codes).toEqual([]);
      expect(grant.data.grantAuthorization).toMatchObject({ state: 'ACTIVE', maxUses: 3 });
      expect(grant.data.grantAuthorization.jws).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    });

    test('what is asked for beyond the template is refused with its own code, through the whole flow', async () => {
      expect((await request({ maxUses: 4 })).codes).toEqual(['AUTHORIZATION_USES_EXCEEDED']);
      expect((await request({ categories: ['*'] })).codes).toEqual(['AUTHORIZATION_SCOPE_WILDCARD']);
      expect((await request({ purpose: 'LOAN_PRE,LOAN_POST' })).codes).toEqual(['AUTHORIZATION_PURPOSE_BUNDLED']);
    });

    test('with another key, for another loan or by a search nothing is read, and no use is lost', async () => {
      expect((await read(first, { key: anotherKey() })).codes).toEqual(['AUTHORIZATION_KEY_MISMATCH']);
      expect((await read(first, { matter: 'DK-2026-0002' })).codes).toEqual(['AUTHORIZATION_MATTER_MISMATCH']);
      const search = await read(first, { query: SEARCH });
      expect(search.codes).toEqual(['AUTHORIZATION_SUBJECT_MISMATCH']);
      expect((await handle(BANK, STATE, { id: first })).data.authorization).toMatchObject({ usesSettled: 0, usesReserved: 0 });
    });

    test('three times it reads what a loan needs and nothing else, and not a fourth time', async () => {
      for (let use = 0; use < 3; use++) {
        const answer = await read(first);
        expect(answer.codes).toEqual([]);
        expect(answer.data.subject.tax).toEqual({ hasArrears: expect.any(Boolean) as boolean, refundAccountNo: null });
      }
      expect((await read(first)).codes).toEqual(['AUTHORIZATION_EXHAUSTED']);
      expect((await handle(representative(), STATE, { id: first })).data.authorization).toMatchObject({
        state: 'EXHAUSTED',
        usesSettled: 3,
      });
    });

    test('the company grants anew, revokes, and the very next request is refused', async () => {
      const second = await granted();
      expect((await read(second)).codes).toEqual([]);
      expect((await handle(representative(), REVOKE, { id: second })).data.revokeAuthorization.state).toBe('REVOKED');
      expect((await read(second)).codes).toEqual(['AUTHORIZATION_REVOKED']);
    });

    test('another bank learns nothing of it', async () => {
      const id = await granted();
      const other = await ask(deployment(), {
        bearer: { ...BANK, org: 'another-bank' },
        query: READ,
        variables: { code: company() },
        purpose: 'LOAN_PRE',
        matter: LOAN,
        extensions: { authorization: id },
      });
      expect(other.codes).toEqual(['AUTHORIZATION_UNKNOWN']);
      const seen = await handle({ ...BANK, org: 'another-bank' }, STATE, { id });
      expect(seen.data.authorization).toBeNull();
    });

    test('to try out codes costs eleven requests each, here as for the loan; to ask for an authorization costs one', async () => {
      const asked = 'query ($code: USCC!) { subject(by: { unifiedSocialCreditCode: $code }) { id } }';
      const nobody = '91350100M000100Y43';
      const left = async (answer: Promise<{ requestsLeft: number | undefined }>) => (await answer).requestsLeft ?? 0;
      const before = await left(handle(BANK, asked, { code: company() }));
      expect(await left(handle(BANK, asked, { code: nobody }))).toBe(before - 11);
      const requested = await request();
      expect(requested.data.requestAuthorization).toMatchObject({ state: 'REQUESTED' });
      // Of those before it one is for the id and one for the templates.
      expect(requested.requestsLeft).toBe(before - 11 - 3);
    });

    test('an auditor who reads authorizations leaves on record whose they are, whatever of them is read; a party does not', async () => {
      const query = '{ authorizations { grantee matter } }';
      const subjectOf = async (bearer: Bearer, purpose: string) => {
        const { data, disclosure } = await ask(deployment(), { bearer, query, purpose });
        expect(data.authorizations[0]).toEqual({ grantee: expect.stringContaining('bank-of-loans'), matter: LOAN });
        return (await entryOf(deployment(), disclosure.receipt)).entry.subjects;
      };
      const id = expect.stringMatching(/^o-/);
      const auditor: Bearer = { actor: 'AUDITOR', org: 'audit-office', operator: 'li' };
      expect(await subjectOf(auditor, 'AUDIT_SUPERVISION')).toEqual({ asked: [], returned: [id] });
      expect(await subjectOf(BANK, HANDLING)).toEqual({ asked: [], returned: [] });
      expect(await subjectOf(representative(), HANDLING)).toEqual({ asked: [], returned: [] });
    });

    test('all of it is on the log, which shows by itself that every authorization was kept to', async () => {
      const log = await entries();
      const about = log.filter(({ act, authorizations = [] }) => act?.object === first || authorizations.includes(first));
      expect(about.map(({ decision, act }) => act?.kind ?? decision)).toEqual(
        expect.arrayContaining(['AUTHORIZATION_REQUESTED', 'AUTHORIZATION_GRANTED', 'RELEASED']),
      );
      expect(about.filter(({ decision }) => decision === 'RELEASED')).toHaveLength(3);
      expect(log.map(authorizationsAreKeptTo()).filter((fault) => fault !== undefined)).toEqual([]);
    });
  });
}

function anotherKey() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}
