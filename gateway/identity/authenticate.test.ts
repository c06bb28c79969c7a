import { describe, expect, test } from 'vitest';
import { subjectId } from '../../schema/identifiers/subject-id.ts';
import { residentIdCheckCharacter } from '../../schema/identifiers/resident-id.ts';
import { usccCheckCharacter } from '../../schema/identifiers/uscc.ts';
import { CLERK, SUBJECT_KEY, testAuthentication } from '../../test/support/authentication.ts';
import { signToken, testIssuer, testRequest } from '../../test/support/tokens.ts';

const city = testIssuer('city-1');
const { iss, aud, iat, exp } = CLERK;
const standard = { iss, aud, iat, exp };
const company = withCheck('9137010008405468A', usccCheckCharacter);
const soleProprietor = withCheck('92370100MA3C0A0A1', usccCheckCharacter);
const citizen = withCheck('37010219900307123', residentIdCheckCharacter);

function withCheck(body: string, check: (body: string) => string): string {
  return body + check(body);
}

describe('claims become a caller', () => {
  test.each([
    [
      'a clerk of a department',
      CLERK,
      { actor: 'DEPARTMENT', organization: 'licensing-bureau', department: 'licensing', operator: 'zhang.li', developer: false },
    ],
    [
      'a clerk of a department without a subgraph',
      { ...standard, actor: 'DEPARTMENT', org: 'finance-bureau' },
      { actor: 'DEPARTMENT', organization: 'finance-bureau', developer: false },
    ],
    [
      'a developer of the credit office',
      { ...standard, actor: 'CREDIT_OFFICE', org: '信用办', developer: true },
      { actor: 'CREDIT_OFFICE', organization: '信用办', developer: true },
    ],
    [
      'an operator with a name',
      { ...CLERK, name: ' 张丽 ' },
      {
        actor: 'DEPARTMENT',
        organization: 'licensing-bureau',
        department: 'licensing',
        operator: 'zhang.li',
        operatorName: '张丽',
        developer: false,
      },
    ],
    [
      'one whose issuer writes fractions of a second',
      { ...standard, iat: iat + 0.25, nbf: iat + 0.25, exp: exp + 0.75, actor: 'AUDITOR', org: 'audit-office' },
      { actor: 'AUDITOR', organization: 'audit-office', developer: false },
    ],
    ['a bank', { ...standard, actor: 'BANK', org: 'bank-1' }, { actor: 'BANK', organization: 'bank-1', developer: false }],
    [
      'a token for the public',
      { ...standard, actor: 'PUBLIC', org: 'portal' },
      { actor: 'PUBLIC', organization: '', developer: false },
    ],
    [
      'a company about itself, in lower case',
      { ...standard, actor: 'SUBJECT', org: 'self', subject: company.toLowerCase() },
      {
        actor: 'SUBJECT',
        organization: 'self',
        subject: subjectId(SUBJECT_KEY, { type: 'USCC', value: company }),
        developer: false,
      },
    ],
  ])('%s', async (_, claims, caller) => {
    expect(await testAuthentication([city]).withToken(signToken(city, claims))).toEqual(caller);
  });

  test('a bank whose token names an authorization and a key, beside details for others', async () => {
    const { withHeader } = testAuthentication([city], { verifyProof: async () => {} });
    const details = [
      { type: 'payment_initiation', authorization_id: 'x' },
      { type: 'xinqiao_authorization', authorization_id: 'auth-1' },
    ];
    const claims = { ...standard, actor: 'BANK', org: 'bank-1', cnf: { jkt: 'k'.repeat(43) }, authorization_details: details };
    expect(await withHeader(`DPoP ${signToken(city, claims)}`, 'proof')).toEqual({
      actor: 'BANK',
      organization: 'bank-1',
      authorization: 'auth-1',
      keyThumbprint: 'k'.repeat(43),
      developer: false,
    });
  });

  test('a citizen is a person, and the number is nowhere in the caller', async () => {
    const caller = await testAuthentication([city]).withToken(
      signToken(city, { ...standard, actor: 'SUBJECT', subject: citizen }),
    );
    const id = subjectId(SUBJECT_KEY, { type: 'RESIDENT_ID', value: citizen });
    expect(caller).toEqual({ actor: 'SUBJECT', organization: id, subject: id, developer: false });
  });

  test.each([7, '', '张\u0000丽', '字'.repeat(65), `张丽${citizen}`])('a name that is none is passed over: %j', async (name) => {
    const caller = await testAuthentication([city]).withToken(signToken(city, { ...CLERK, name }));
    expect(caller).toMatchObject({ operator: 'zhang.li' });
    expect(caller).not.toHaveProperty('operatorName');
  });

  test("an identity number given as organisation or account is hashed, an organisation's code is kept", async () => {
    const { withToken } = testAuthentication([city]);
    const caller = await withToken(signToken(city, { ...standard, actor: 'BANK', org: soleProprietor, operator: citizen }));
    expect(caller.organization).toBe(subjectId(SUBJECT_KEY, { type: 'USCC', value: soleProprietor }));
    expect(caller.operator).toBe(subjectId(SUBJECT_KEY, { type: 'RESIDENT_ID', value: citizen }));
    expect((await withToken(signToken(city, { ...standard, actor: 'BANK', org: company }))).organization).toBe(company);
  });

  test.each<[string, (number: string) => string]>([
    ['a mail address', (number) => `${number}@yt.example`],
    ['a number behind a letter', (number) => `u${number}`],
    ['a number behind a scheme', (number) => `CN:${number}`],
    ['full-width digits', (number) => `staff/${number.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)))}`],
  ])('an account with such a number in it keeps all but the number: %s', async (_, accountOf) => {
    const { withToken } = testAuthentication([city]);
    const account = accountOf(citizen);
    const caller = await withToken(signToken(city, { ...CLERK, org: account, operator: account }));
    const known = accountOf('').normalize('NFKC');
    const opaque = subjectId(SUBJECT_KEY, { type: 'RESIDENT_ID', value: citizen });
    expect(caller.operator).toContain(opaque);
    expect(caller.operator?.replace(opaque, '')).toBe(known);
    expect(caller.organization).toBe(caller.operator);
  });

  test('every resident number is read as one, also those with the check character of a credit code', async () => {
    const { withToken } = testAuthentication([city]);
    for (let sequence = 100; sequence < 200; sequence++) {
      const number = withCheck(`37010219900307${sequence}`, residentIdCheckCharacter);
      const caller = await withToken(signToken(city, { ...standard, actor: 'SUBJECT', subject: number }));
      expect(caller.subject).toBe(subjectId(SUBJECT_KEY, { type: 'RESIDENT_ID', value: number }));
    }
  });
});

describe('the public', () => {
  test('is whoever sends no Authorization header', async () => {
    expect(await testAuthentication([city]).authenticate(testRequest({}))).toEqual({
      actor: 'PUBLIC',
      organization: '',
      developer: false,
    });
  });

  test('is told apart by network, not by address', async () => {
    const { authenticate } = testAuthentication([city]);
    const clientOf = async (clientAddress: string) => (await authenticate(testRequest({ clientAddress }))).client;
    expect(await clientOf('192.0.2.7')).toMatch(/^[\w-]{16}$/);
    expect(await clientOf('::ffff:192.0.2.7')).toBe(await clientOf('192.0.2.7'));
    expect(await clientOf('192.0.2.8')).not.toBe(await clientOf('192.0.2.7'));
    expect(await clientOf('2001:db8::1')).toBe(await clientOf('2001:0DB8:0:0:ffff::2'));
    expect(await clientOf('2001:db8:0:1::1')).not.toBe(await clientOf('2001:db8::1'));
  });
});

describe('a verified token', () => {
  test('is remembered, and still forgotten when it expires', async () => {
    const { state, withToken } = testAuthentication([city]);
    const token = signToken(city, CLERK);
    expect(await withToken(token)).toBe(await withToken(token));
    state.nowMs = (exp + 30) * 1000 - 1;
    await withToken(token);
    state.nowMs += 1;
    await expect(withToken(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test.each([
    ['is gone', [testIssuer('city-2')]],
    ['is another under the same id', [testIssuer('city-1')]],
  ])('does not outlive its key: refused once the key %s', async (_, rotated) => {
    const { state, withToken } = testAuthentication([city]);
    const token = signToken(city, CLERK);
    await withToken(token);
    state.issuers = rotated;
    await expect(withToken(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test.each(['RS256', 'PS256'])('may be signed with %s', async (alg) => {
    const rsa = testIssuer('rsa-1', 2048);
    expect(await testAuthentication([rsa]).withToken(signToken(rsa, CLERK, { alg }))).toMatchObject({ actor: 'DEPARTMENT' });
  });
});

test('an issuer or audience that is empty, which would admit any, does not start', () => {
  expect(() => testAuthentication([city], { issuer: '' })).toThrow('issuer and an audience');
  expect(() => testAuthentication([city], { audience: '' })).toThrow('issuer and an audience');
});
