import { describe, expect, test } from 'vitest';
import { asked, BANK, COMPANY, context, NOW } from '../authorizations/authorization.fixture.ts';
import { readTerms } from '../authorizations/terms.ts';
import { canonicalJson } from '../../policies/canonical-json.ts';
import { compileFiles } from '../../policies/load-policies.ts';
import { catalogue, mutated, policies } from '../../policies/policies.fixture.ts';
import type { Caller } from '../identity/caller.ts';
import { createPresentAuthorization } from './present-authorization.ts';

const bank: Caller = { actor: 'BANK', organization: BANK, developer: false };
const LOAN = { code: 'LOAN_PRE' };

function presenting(changes: Readonly<Record<string, unknown>> = {}) {
  const { terms } = readTerms(asked(changes), context());
  const db = {
    query: async (_sql: string, params: readonly unknown[] = []) => ({
      rows: params[0] === terms.id ? [{ terms: canonicalJson(terms), artefact: null, lost: 0n }] : [],
    }),
  };
  return createPresentAuthorization({ db: db as never, clock: () => NOW });
}

const request = (header?: string, extension?: unknown) => ({
  header: (name: string) => (name === 'x-authorization-id' ? header : undefined),
  extensions: { ...(extension !== undefined && { authorization: extension }) },
});

describe('an authorization is presented', () => {
  test.each<[string, ReturnType<typeof request>, Caller]>([
    ['in a header', request('a1'), bank],
    ['in an extension', request(undefined, 'a1'), bank],
    ['by the token', request(), { ...bank, authorization: 'a1' }],
    ['by all three alike', request('a1', 'a1'), { ...bank, authorization: 'a1' }],
  ])('%s', async (_, asking, caller) => {
    await expect(presenting()(asking, { caller, purpose: LOAN }, policies)).resolves.toEqual({
      id: 'a1',
      subject: COMPANY,
      from: '2024-06-16',
      to: '2026-06-15',
      categories: ['REGISTRATION', 'TAX'],
    });
  });

  test('by nobody who names none', async () => {
    expect(await presenting()(request(), { caller: bank, purpose: LOAN }, policies)).toBeUndefined();
    expect(await presenting()(request('', null), { caller: bank, purpose: LOAN }, policies)).toBeUndefined();
  });
});

describe('it is refused', () => {
  test.each<[string, ReturnType<typeof request>, Caller, string, string]>([
    ['that differs from the one of the token', request('a2'), { ...bank, authorization: 'a1' }, 'LOAN_PRE', 'INPUT_INVALID'],
    ['in a header that differs from the extension', request('a1', 'a2'), bank, 'LOAN_PRE', 'INPUT_INVALID'],
    ['that is no text', request(undefined, ['a1']), bank, 'LOAN_PRE', 'INPUT_INVALID'],
    ['that is no id', request("a1' or '1'='1"), bank, 'LOAN_PRE', 'INPUT_INVALID'],
    ['that there is not', request('a2'), bank, 'LOAN_PRE', 'AUTHORIZATION_UNKNOWN'],
    ["that is another bank's", request('a1'), { ...bank, organization: 'OTHER' }, 'LOAN_PRE', 'AUTHORIZATION_UNKNOWN'],
    ['for another purpose', request('a1'), bank, 'LOAN_POST', 'AUTHORIZATION_PURPOSE_MISMATCH'],
  ])('%s', async (_, asking, caller, code, refusal) => {
    await expect(presenting()(asking, { caller, purpose: { code } }, policies)).rejects.toMatchObject({ code: refusal });
  });

  test('when its template is withdrawn', async () => {
    await expect(
      presenting()(request('a1'), { caller: bank, purpose: LOAN }, { template: () => undefined }),
    ).rejects.toMatchObject({
      code: 'AUTHORIZATION_TEMPLATE_UNKNOWN',
    });
  });
});

describe('it covers the least of what was granted and what the template allows today', () => {
  const narrower = (from: string, to: string) =>
    compileFiles(mutated('authorization-templates/LOAN_PRE.yaml', from, to), catalogue);
  const fields = ['TaxStanding.hasArrears', 'TaxStanding.arrears'];

  test.each([
    ['fewer categories', {}, narrower('PENALTY, TAX,', 'PENALTY,'), { categories: ['REGISTRATION'] }],
    [
      'fields where all were granted',
      {},
      narrower('UTILITY]', 'UTILITY], fields: [TaxStanding.hasArrears]'),
      { fields: ['TaxStanding.hasArrears'] },
    ],
    [
      'fewer fields than were granted',
      { scope: { categories: ['TAX'], fields } },
      narrower('UTILITY]', 'UTILITY], fields: [TaxStanding.arrears, UtilityStanding.hasArrears]'),
      { categories: ['TAX'], fields: ['TaxStanding.arrears'] },
    ],
    [
      'each category and field once, however often it was granted: departments take no context without end',
      { scope: { categories: ['TAX', 'TAX'], fields: [...fields, ...fields] } },
      policies,
      { categories: ['TAX'], fields },
    ],
    ['all of what was granted', { scope: { categories: ['TAX'], fields } }, policies, { categories: ['TAX'], fields }],
  ])('%s', async (_, changes, policy, scope) => {
    await expect(presenting(changes)(request('a1'), { caller: bank, purpose: LOAN }, policy)).resolves.toMatchObject(scope);
  });
});
