import { describe, expect, test } from 'vitest';
import { testPolicies, testPurpose } from '../../test/support/purposes.ts';
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
  testPurpose('ENDED', { effective: { from: '2026-01-01', to: '2026-04-30' } }),
);

const authorize = createAuthorize({ db: { query: async () => expect.unreachable() }, clock: () => NOW_MS });
const ask = (caller: Caller, code: string, asked: string[]) =>
  authorize({ asked, questions: [] }, { requestId: 'r', caller, purpose: { code } }, policies);

describe('a request is admitted', () => {
  const opened: unknown[] = [];
  const open: Quotas['open'] = (caller, { code, limits }) => {
    opened.push({ caller, code, limits });
    return {} as ReturnType<Quotas['open']>;
  };
  const admit = createAdmit({ quotas: { open }, clock: () => NOW_MS });

  test('with the budget of its caller and purpose, before anything is known of whom it asks about', () => {
    admit(clerk, { code: 'SUPERVISION' }, policies);
    expect(opened).toEqual([{ caller: clerk, code: 'SUPERVISION', limits: { subjectsPerRequest: 2 } }]);
  });

  test('unless the purpose has ended meanwhile', () => {
    expect(() => admit(clerk, { code: 'ENDED' }, policies)).toThrow(expect.objectContaining({ code: 'PURPOSE_UNKNOWN' }));
  });
});

describe('a query is granted', () => {
  test.each<[string, Caller, string, string[]]>([
    ['to a clerk about anybody', clerk, 'SUPERVISION', [own, other, unresolved]],
    ['to a subject about itself', company, 'SELF_QUERY', [own]],
    ['to a subject that names nobody', company, 'SELF_QUERY', []],
  ])('%s', async (_, caller, code, asked) => {
    await expect(ask(caller, code, asked)).resolves.toBeDefined();
  });
});

describe('a query is refused', () => {
  test.each<[string, Caller, string, string[], object]>([
    ['to a subject about another', company, 'SELF_QUERY', [other], { code: 'PURPOSE_FORBIDDEN' }],
    ['to a subject about itself and another', company, 'SELF_QUERY', [own, other], { code: 'PURPOSE_FORBIDDEN' }],
    ['to a subject about another for any other purpose', company, 'SUPERVISION', [other], { code: 'PURPOSE_FORBIDDEN' }],
    ['to a subject by a number that is not resolved', company, 'SELF_QUERY', [unresolved], { code: 'PURPOSE_FORBIDDEN' }],
    ['to a clerk who asks as if a subject', clerk, 'SELF_QUERY', [own], { code: 'PURPOSE_FORBIDDEN' }],
    ['where a policy needs an authorization, without one', clerk, 'LOAN_PRE', [own], { code: 'AUTHORIZATION_REQUIRED' }],
    ['when the purpose has ended meanwhile', clerk, 'ENDED', [own], { code: 'PURPOSE_UNKNOWN' }],
  ])('%s', async (_, caller, code, asked, refusal) => {
    await expect(ask(caller, code, asked)).rejects.toMatchObject(refusal);
  });
});

describe('an answer is settled', () => {
  test('to a clerk, whoever it shows', async () => {
    const grant = await ask(clerk, 'SUPERVISION', [own, unresolved]);
    await expect(grant.settle([own, other])).resolves.toBeUndefined();
  });

  test.each([
    ['another subject', [other]],
    ['itself and a related person', [own, third]],
  ])('by blocking the answer to a subject that shows %s', async (_, returned) => {
    const grant = await ask(company, 'SELF_QUERY', []);
    await expect(grant.settle(returned)).rejects.toMatchObject({ code: 'PURPOSE_FORBIDDEN' });
    await expect(grant.settle([own])).resolves.toBeUndefined();
  });
});
