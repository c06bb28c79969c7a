import { describe, expect, test } from 'vitest';
import type { PurposeRules } from '../../policies/policy-set.ts';
import { testPolicies, testPurpose } from '../../test/support/purposes.ts';
import { GatewayError } from '../errors.ts';
import type { Caller } from '../identity/caller.ts';
import { createAdmit, createAuthorize } from './authorize.ts';
import type { Quotas } from './quotas.ts';

const NOW_MS = Date.UTC(2026, 4, 1);
const own = `o-${'a'.repeat(22)}`;
const other = `o-${'b'.repeat(22)}`;
const third = `p-${'c'.repeat(22)}`;
const unresolved = `r-${'d'.repeat(22)}`;
const clerk: Caller = { actor: 'DEPARTMENT', organization: 'x', developer: false };
const company: Caller = { actor: 'SUBJECT', organization: own, subject: own, developer: false };

const self = { matter: false, authorization: 'none', categories: [], self: true } as const;
const policies = testPolicies(
  testPurpose('SUPERVISION', { limits: { subjectsPerRequest: 2 } }),
  testPurpose('LOAN_PRE', { requires: { ...self, authorization: 'subject', self: false } }),
  testPurpose('SELF_QUERY', { requires: self }),
  testPurpose('UNSETTLED', {
    requires: { ...self, self: false, authorization: 'judge' as PurposeRules['requires']['authorization'] },
  }),
  testPurpose('ENDED', { effective: { from: '2026-01-01', to: '2026-04-30' } }),
);

function authorization() {
  const spent: string[][] = [];
  const record: Quotas['spendSubjects'] = async (_caller, _purpose, subjects) => void spent.push([...subjects]);
  const authorize = createAuthorize({
    quotas: { spendRequest: async () => expect.unreachable(), spendSubjects: record, degraded: () => false },
    clock: () => NOW_MS,
  });
  return { spent, ask: (caller: Caller, code: string, asked: string[]) => authorize({ asked }, caller, { code }, policies) };
}

describe('a request is admitted', () => {
  const admit = (spendRequest: Quotas['spendRequest']) =>
    createAdmit({
      quotas: { spendRequest, spendSubjects: async () => expect.unreachable(), degraded: () => false },
      clock: () => NOW_MS,
    });

  test('counting it for its caller and purpose, before anything is known of whom it asks about', async () => {
    const counted: unknown[] = [];
    const spendRequest: Quotas['spendRequest'] = async (caller, { code, limits }) => void counted.push({ caller, code, limits });
    await admit(spendRequest)(clerk, { code: 'SUPERVISION' }, policies);
    expect(counted).toEqual([{ caller: clerk, code: 'SUPERVISION', limits: { subjectsPerRequest: 2 } }]);
  });

  test('unless the quota is used up', async () => {
    const limited = admit(() => Promise.reject(new GatewayError('RATE_LIMITED', { retryAfterSeconds: 9 })));
    await expect(limited(clerk, { code: 'SUPERVISION' }, policies)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });

  test('unless the purpose has ended meanwhile, which costs no quota', async () => {
    const ended = admit(async () => expect.unreachable())(clerk, { code: 'ENDED' }, policies);
    await expect(ended).rejects.toMatchObject({ code: 'PURPOSE_UNKNOWN' });
  });
});

describe('a query is granted', () => {
  test.each<[string, Caller, string, string[]]>([
    ['to a clerk, up to the limit of subjects', clerk, 'SUPERVISION', [own, other]],
    ['counting a subject named twice once', clerk, 'SUPERVISION', [own, own, own]],
    ['to a subject about itself', company, 'SELF_QUERY', [own]],
    ['to a subject that names nobody', company, 'SELF_QUERY', []],
    ['where an authorization will be needed, since its policy shows what is public alone', clerk, 'LOAN_PRE', [own]],
  ])('%s', async (_, caller, code, asked) => {
    await expect(authorization().ask(caller, code, asked)).resolves.toBeDefined();
  });
});

describe('a query is refused', () => {
  test.each<[string, Caller, string, string[], object]>([
    [
      'for one subject too many, with the limit',
      clerk,
      'SUPERVISION',
      [own, other, third],
      { code: 'SUBJECTS_TOO_MANY', details: { limit: 2 } },
    ],
    ['to a subject about another', company, 'SELF_QUERY', [other], { code: 'PURPOSE_FORBIDDEN' }],
    ['to a subject about itself and another', company, 'SELF_QUERY', [own, other], { code: 'PURPOSE_FORBIDDEN' }],
    ['to a subject about another for any other purpose', company, 'SUPERVISION', [other], { code: 'PURPOSE_FORBIDDEN' }],
    ['to a subject by a number that is not resolved', company, 'SELF_QUERY', [unresolved], { code: 'PURPOSE_FORBIDDEN' }],
    ['to a clerk who asks as if a subject', clerk, 'SELF_QUERY', [own], { code: 'PURPOSE_FORBIDDEN' }],
    ['where a policy needs an authorization nobody can settle', clerk, 'UNSETTLED', [own], { code: 'AUTHORIZATION_REQUIRED' }],
    ['when the purpose has ended meanwhile', clerk, 'ENDED', [own], { code: 'PURPOSE_UNKNOWN' }],
  ])('%s, and costs no quota', async (_, caller, code, asked, refusal) => {
    const { ask, spent } = authorization();
    await expect(ask(caller, code, asked)).rejects.toMatchObject(refusal);
    expect(spent).toEqual([]);
  });
});

describe('an answer is settled', () => {
  test('by counting the subjects that only the answer revealed', async () => {
    const { ask, spent } = authorization();
    const grant = await ask(clerk, 'SUPERVISION', [own, unresolved]);
    await grant.settle([own, other]);
    expect(spent).toEqual([[own], [other]]);
  });

  test.each([
    ['another subject', [other]],
    ['itself and a related person', [own, third]],
  ])('by blocking the answer to a subject that shows %s', async (_, returned) => {
    const { ask, spent } = authorization();
    const grant = await ask(company, 'SELF_QUERY', []);
    await expect(grant.settle(returned)).rejects.toMatchObject({ code: 'PURPOSE_FORBIDDEN' });
    await expect(grant.settle([own])).resolves.toBeUndefined();
    expect(spent).toEqual([[], [own]]);
  });
});
