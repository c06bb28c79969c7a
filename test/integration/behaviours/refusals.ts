import { describe, expect, test } from 'vitest';
import { testIssuer } from '../../support/tokens.ts';
import { ask, type Bearer, type Deployment, entryOf, type Question, tokenOf } from '../deployment.ts';

const CLERK: Bearer = { actor: 'DEPARTMENT', org: 'licensing-bureau', department: 'licensing', operator: 'clerk' };
const MATTER = '云审受字〔2026〕第0042号';
const NAME = 'query Name($code: USCC!) { subject(by: { unifiedSocialCreditCode: $code }) { name } }';

/** What is refused, with which code, and that every refusal is on the log; and how purpose and matter may be declared. */
export function refusals(deployment: () => Deployment): void {
  const demonstration = () => deployment().manifest.demonstration.unifiedSocialCreditCode;
  const anotherCode = () => deployment().manifest.hardCases[0]?.identifiers[0] ?? '';
  const minor = () =>
    deployment().manifest.hardCases.find((hardCase) => hardCase.case === 'penalty on a natural person')?.identifiers[0];

  describe('a refusal', () => {
    const cases: [what: string, code: string, status: number, question: () => Partial<Question>, logged: object][] = [
      ['no purpose', 'PURPOSE_REQUIRED', 400, () => ({ bearer: CLERK }), { purpose: null, caller: { operator: 'clerk' } }],
      ['an unknown purpose', 'PURPOSE_UNKNOWN', 400, () => ({ bearer: CLERK, purpose: 'CURIOSITY' }), {}],
      [
        'a purpose of others',
        'PURPOSE_FORBIDDEN',
        403,
        () => ({ bearer: { actor: 'BANK', org: 'bank' }, purpose: 'ADMIN_APPROVAL_CHECK', matter: MATTER }),
        { caller: { actor: 'BANK' } },
      ],
      [
        'no matter where one is needed',
        'MATTER_REQUIRED',
        400,
        () => ({ bearer: CLERK, purpose: 'ADMIN_APPROVAL_CHECK' }),
        { matter: null },
      ],
      [
        'a forged token',
        'UNAUTHENTICATED',
        401,
        () => ({ token: tokenOf({ ...deployment(), issuer: { ...testIssuer('city') } }, CLERK), purpose: 'DAILY_SUPERVISION' }),
        { caller: null },
      ],
      [
        'a bank’s token without its key',
        'DPOP_REQUIRED',
        401,
        () => ({
          token: tokenOf(deployment(), { actor: 'BANK', org: 'bank', cnf: { jkt: 'k'.repeat(43) } }, 300),
          purpose: 'LOAN_PRE',
        }),
        { caller: null },
      ],
      [
        'an argument that would reveal what is withheld',
        'ARGUMENT_FORBIDDEN',
        403,
        () => ({
          query: 'query ($no: ResidentId!) { subject(by: { residentIdNumber: $no }) { kind } }',
          variables: { no: minor() },
        }),
        { purpose: 'PUBLIC_QUERY' },
      ],
      [
        'too many subjects at once',
        'SUBJECTS_TOO_MANY',
        400,
        () => ({
          query: 'query ($by: [SubjectBy!]!) { subjects(by: $by) { name } }',
          variables: {
            by: deployment()
              .manifest.hardCases.flatMap(({ identifiers }) => identifiers)
              .filter((code) => code.startsWith('91'))
              .slice(0, 11)
              .map((code) => ({ unifiedSocialCreditCode: code })),
          },
        }),
        { purpose: 'PUBLIC_QUERY' },
      ],
      [
        'more aliases than a query may have, before the flow',
        'QUERY_TOO_COSTLY',
        400,
        () => ({ bearer: CLERK, query: `{ ${Array.from({ length: 61 }, (_, n) => `a${n}: __typename`).join(' ')} }` }),
        {
          purpose: null,
          caller: { operator: 'clerk' },
          operation: { hash: expect.stringMatching(/^[0-9a-f]{64}$/), name: null },
        },
      ],
      [
        'somebody else by SELF_QUERY',
        'PURPOSE_FORBIDDEN',
        403,
        () => ({ bearer: { actor: 'SUBJECT', subject: anotherCode() }, purpose: 'SELF_QUERY' }),
        { purpose: 'SELF_QUERY', caller: { actor: 'SUBJECT', subject: expect.stringMatching(/^o-/) } },
      ],
    ];
    test.each(cases)('of %s is %s, and logged as such', async (_, code, status, question, logged) => {
      const answer = await ask(deployment(), { query: NAME, variables: { code: demonstration() }, ...question() });
      expect(answer).toMatchObject({ status, codes: [code], data: undefined });
      const { entry, leafHash } = await entryOf(deployment(), answer.disclosure.receipt);
      expect(leafHash).toBe(answer.disclosure.receipt?.leafHash);
      expect(entry).toMatchObject({
        decision: 'REFUSED',
        code,
        fields: [],
        subjects: { returned: [] },
        departments: [],
        ...logged,
      });
      expect(answer.text).not.toContain('青禾');
    });
  });

  describe('purpose and matter', () => {
    test('a matter in Chinese, percent-encoded in its header, is decoded in the log', async () => {
      const answer = await ask(deployment(), {
        query: NAME,
        variables: { code: demonstration() },
        bearer: CLERK,
        purpose: 'ADMIN_APPROVAL_CHECK',
        matter: MATTER,
      });
      expect(answer).toMatchObject({ status: 200, codes: [] });
      const { entry } = await entryOf(deployment(), answer.disclosure.receipt);
      expect(entry).toMatchObject({ matter: MATTER, operation: { name: 'Name' }, departments: ['registry'] });
      expect(entry.fields).toContainEqual({ coordinate: 'CreditSubject.name', treatment: 'REVEAL', count: 1 });
    });

    test('may be declared in the extensions instead of headers', async () => {
      const extensions = { purpose: 'ADMIN_APPROVAL_CHECK', matter: MATTER };
      const answer = await ask(deployment(), { query: NAME, variables: { code: demonstration() }, bearer: CLERK, extensions });
      expect(answer.data).toEqual({ subject: { name: '云汀市青禾餐饮管理有限公司' } });
      expect((await entryOf(deployment(), answer.disclosure.receipt)).entry).toMatchObject(extensions);
    });
  });

  test('the schema is shown to who may see it, and looking at it is logged', async () => {
    const query = '{ __schema { queryType { name } } }';
    const developer: Bearer = { ...CLERK, developer: true };
    const allowed = await ask(deployment(), { query, bearer: developer, purpose: 'DAILY_SUPERVISION' });
    expect(allowed.data).toEqual({ __schema: { queryType: { name: 'Query' } } });
    const others = await ask(deployment(), { query, purpose: 'PUBLIC_QUERY' });
    if (deployment().environment === 'production') {
      expect(others).toMatchObject({ status: 403, codes: ['INTROSPECTION_FORBIDDEN'], data: undefined });
      expect((await entryOf(deployment(), others.disclosure.receipt)).entry).toMatchObject({
        decision: 'REFUSED',
        code: 'INTROSPECTION_FORBIDDEN',
      });
    } else {
      expect(others.status).toBe(200);
    }
  });
}
