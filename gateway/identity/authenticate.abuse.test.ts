import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { CLERK, NOW_SECONDS, testAuthentication } from '../../test/support/authentication.ts';
import { signToken, testIssuer } from '../../test/support/tokens.ts';
import { KeySetError } from './key-set.ts';

const city = testIssuer('city-1');
const rsa = testIssuer('rsa-1', 2048);
const stranger = testIssuer('city-1');
const genuine = signToken(city, CLERK);
const [header = '', payload = '', signature = ''] = genuine.split('.');

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const claims = (changed: Record<string, unknown>) => signToken(city, { ...CLERK, ...changed });
const authorization = (id?: string) => ({ type: 'xinqiao_authorization', authorization_id: id });
const without = (name: keyof typeof CLERK) => signToken(city, { ...CLERK, [name]: undefined });

/** The classic confusion: the public key, in a form it is published in, taken for the secret of an HMAC. */
function hmacWithPublicKey(alg: string, kid: string, secret: string | Buffer): string {
  const signed = `${encode({ alg, kid, typ: 'JWT' })}.${encode(CLERK)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

const FORGED: readonly [string, string][] = [
  ['signed by a stranger under a known key id', signToken(stranger, CLERK)],
  ['signed with a key nobody published', signToken(testIssuer('unknown'), CLERK)],
  ['unsigned, alg none', `${encode({ alg: 'none', kid: 'city-1' })}.${encode(CLERK)}.`],
  ['alg none with a signature left on', `${encode({ alg: 'none', kid: 'city-1' })}.${encode(CLERK)}.${signature}`],
  ['alg nOnE', `${encode({ alg: 'nOnE', kid: 'city-1' })}.${encode(CLERK)}.x`],
  [
    'HS256 with the PEM of the EC key',
    hmacWithPublicKey('HS256', 'city-1', city.publicKey.export({ type: 'spki', format: 'pem' })),
  ],
  [
    'HS256 with the DER of the EC key',
    hmacWithPublicKey('HS256', 'city-1', city.publicKey.export({ type: 'spki', format: 'der' })),
  ],
  [
    'HS256 with the PEM of the RSA key',
    hmacWithPublicKey('HS256', 'rsa-1', rsa.publicKey.export({ type: 'spki', format: 'pem' })),
  ],
  ['HS256 with an empty secret', hmacWithPublicKey('HS256', 'city-1', '')],
  ['an algorithm of another key type', `${encode({ alg: 'RS256', kid: 'city-1' })}.${payload}.${signature}`],
  ['an algorithm that is not allowed', signToken(rsa, CLERK, { alg: 'RS512' })],
  ['a payload exchanged under a genuine signature', `${header}.${encode({ ...CLERK, actor: 'AUDITOR' })}.${signature}`],
  ['a signature cut short', genuine.slice(0, -4)],
  ['a signature of zeros', `${header}.${payload}.${Buffer.alloc(64).toString('base64url')}`],
  ['its own key in the header', signToken(stranger, CLERK, { kid: 'mine', jwk: stranger.jwk })],
  ['an address of keys in the header', signToken(stranger, CLERK, { kid: 'mine', jku: 'https://evil.example/jwks' })],
  ['an extension it demands to be understood', signToken(city, CLERK, { crit: ['b64'], b64: true })],
];

const KEY_IDS: readonly [string, unknown][] = [
  ['a path', '../../../../dev/null'],
  ['SQL', "x' UNION SELECT 'secret' --"],
  ['the name of a prototype', '__proto__'],
  ['the name of a method', 'constructor'],
  ['an object', { $ne: '' }],
  ['an array', ['city-1']],
  ['null', null],
  ['empty', ''],
  ['very long', 'k'.repeat(4_000)],
];

const WRONG_CLAIMS: readonly [string, string][] = [
  ['expired', claims({ exp: NOW_SECONDS - 31 })],
  ['expired exactly now, tolerance used up', claims({ exp: NOW_SECONDS - 30 })],
  ['without an expiry', without('exp')],
  ['an expiry in text', claims({ exp: '9999999999' })],
  ['living longer than a day', claims({ exp: CLERK.iat + 86_401 })],
  ['living for ever', claims({ exp: Number.MAX_SAFE_INTEGER })],
  ['living a fraction longer than a day', claims({ exp: CLERK.iat + 86_400.5 })],
  ['expired a fraction ago, tolerance used up', claims({ exp: NOW_SECONDS - 30.5 })],
  ['without an issue time', without('iat')],
  ['issued in the future', claims({ iat: NOW_SECONDS + 31 })],
  ['issued before time began', claims({ iat: -1 })],
  ['not valid yet', claims({ nbf: NOW_SECONDS + 31 })],
  ['of another issuer', claims({ iss: 'https://evil.example' })],
  ['of no issuer', without('iss')],
  ['an issuer that only begins alike', claims({ iss: `${CLERK.iss}.evil.example` })],
  ['for another audience', claims({ aud: 'tax' })],
  ['for no audience', without('aud')],
  ['a list of audiences without ours', claims({ aud: ['tax', 'registry'] })],
  ['without an actor', without('actor')],
  ['an invented actor', claims({ actor: 'MAYOR' })],
  ['an actor in lower case', claims({ actor: 'auditor' })],
  ['a list of actors', claims({ actor: ['BANK', 'AUDITOR'] })],
  ['without an organisation', without('org')],
  ['an empty organisation', claims({ org: '' })],
  ['an organisation that forges a log line', claims({ org: 'bank\n{"actor":"AUDITOR"}' })],
  ['an operator with a right-to-left mark', claims({ operator: 'zhang\u202egnol' })],
  ['an operator that is another’s but for an invisible letter', claims({ operator: 'zhang.li\u3164' })],
  ['an organisation of a thousand characters', claims({ org: 'b'.repeat(1_000) })],
  ['a department that is a path', claims({ department: '../tax' })],
  ['a department that would own the query log', claims({ department: 'querylog' })],
  ['a bank that claims a department', claims({ actor: 'BANK' })],
  ['a clerk that claims to be a subject', claims({ subject: '91370100084054689X' })],
  ['a subject without an identifier', claims({ actor: 'SUBJECT', department: undefined })],
  ['a subject with a wrong check character', claims({ actor: 'SUBJECT', department: undefined, subject: '370102199003071230' })],
  ['a subject that is an object', claims({ actor: 'SUBJECT', department: undefined, subject: { id: 1 } })],
  ['a key it is bound to that is none', claims({ cnf: { jkt: 'short' } })],
  ['bound to a certificate, which nobody here could check', claims({ cnf: { 'x5t#S256': 'k'.repeat(43) } })],
  ['bound to a key and a certificate', claims({ cnf: { jkt: 'k'.repeat(43), 'x5t#S256': 'k'.repeat(43) } })],
  ['two authorizations', claims({ authorization_details: [authorization('a'), authorization('b')] })],
  ['an authorization without an id', claims({ authorization_details: [authorization()] })],
  ['an authorization that is SQL', claims({ authorization_details: [authorization("' OR 1=1")] })],
  ['an authorization of a thousand characters', claims({ authorization_details: [authorization('a'.repeat(1_000))] })],
  ['authorization details that are no list', claims({ authorization_details: authorization('a') })],
  ['authorization details without a type', claims({ authorization_details: [{ authorization_id: 'a' }] })],
  ['developer as text', claims({ developer: 'false' })],
  ['a payload that is no object', signToken(city, 'DEPARTMENT')],
];

const MALFORMED: readonly [string, string][] = [
  ['empty', ''],
  ['the scheme alone', 'Bearer'],
  ['the scheme and a space', 'Bearer '],
  ['another scheme', 'Basic dXNlcjpwYXNzd29yZA=='],
  ['a token without a scheme', genuine],
  ['two tokens', `Bearer ${genuine}, Bearer ${genuine}`],
  ['a token and more', `Bearer ${genuine} x`],
  ['a line break', `Bearer ${genuine}\r\nx-purpose: PUBLIC_QUERY`],
  ['two parts', `Bearer ${header}.${payload}`],
  ['four parts', `Bearer ${genuine}.x`],
  ['no JSON', `Bearer ${Buffer.from('{').toString('base64url')}.e30.x`],
  ['JSON null for a header', `Bearer ${encode(null)}.e30.x`],
  ['16 MB', `Bearer ${'a'.repeat(16 * 1024 * 1024)}.e30.x`],
  ['genuine but padded past the size that is read', `Bearer ${' '.repeat(9_000)}${genuine}`],
];

const { withHeader, withToken } = testAuthentication([city, rsa], { algorithms: ['ES256', 'RS256', 'PS256'] });

test('the genuine token they are all made from is accepted', async () => {
  expect(await withToken(genuine)).toMatchObject({ actor: 'DEPARTMENT' });
});

const BAD_HEADERS: readonly [string, readonly [string, string][]][] = [
  ['a forged token', FORGED.map(([name, token]) => [name, `Bearer ${token}`])],
  ['a key id', KEY_IDS.map(([name, kid]) => [name, `Bearer ${encode({ alg: 'ES256', kid })}.${payload}.${signature}`])],
  ['a token with wrong claims', WRONG_CLAIMS.map(([name, token]) => [name, `Bearer ${token}`])],
  ['a malformed header', MALFORMED],
];

for (const [kind, cases] of BAD_HEADERS) {
  describe(`${kind} is UNAUTHENTICATED, never the public`, () => {
    test.each(cases)('%s', async (_, authorization) => {
      await expect(withHeader(authorization)).rejects.toMatchObject({ code: 'UNAUTHENTICATED', details: {} });
    });
  });
}

test('keys that cannot be had are our fault, not the caller’s', async () => {
  const keys = { find: () => Promise.reject(new KeySetError('down')) };
  await expect(testAuthentication([], { keys }).withToken(genuine)).rejects.toMatchObject({ code: 'OVERLOADED' });
});
