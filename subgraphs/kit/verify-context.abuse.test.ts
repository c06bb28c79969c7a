import { createHmac, generateKeyPairSync } from 'node:crypto';
import jsonwebtoken from 'jsonwebtoken';
import { beforeEach, expect, test } from 'vitest';
import { signContext } from '../../schema/sign-context.ts';
import type { SignedContext } from '../../schema/signed-context.ts';
import { contextVerifier } from './verify-context.ts';
import type { VerifyContext } from './verify-context.ts';

const START = Date.parse('2026-06-15T04:00:00Z');
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const wide = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const publicPem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const CONTEXT: SignedContext = { audience: 'tax', actor: 'BANK', organization: 'bank-1', purpose: 'LOAN_PRE' };
const CLAIMS = {
  iss: 'xinqiao-gateway',
  aud: 'tax',
  iat: START / 1000,
  exp: START / 1000 + 60,
  actor: 'BANK',
  organization: 'bank-1',
  purpose: 'LOAN_PRE',
};

let now = START;
let verify: VerifyContext;
const signer = { privateKey: pair.privateKey, keyId: 'k', clock: () => now };

beforeEach(() => {
  now = START;
  verify = contextVerifier({
    audience: 'tax',
    publicKeys: new Map([
      ['k', publicPem],
      ['wide', wide.publicKey.export({ type: 'spki', format: 'pem' }).toString()],
    ]),
    clock: () => now,
  });
});

const jwt = (claims: object, key = pair.privateKey, keyid = 'k') => jsonwebtoken.sign(claims, key, { algorithm: 'ES256', keyid });
const without = (claim: string) => Object.fromEntries(Object.entries(CLAIMS).filter(([name]) => name !== claim));
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const genuine = () => signContext(CONTEXT, signer);

test('accepts what the gateway signed, and gives back what it said', () => {
  const whole: SignedContext = { ...CONTEXT, actor: 'SUBJECT', department: 'tax', subject: `o-${'a'.repeat(22)}` };
  expect(verify(signContext(whole, signer))).toEqual(whole);
  expect(verify(genuine())).toEqual(CONTEXT);
});

test.each([
  ['no token', () => undefined],
  ['an empty one', () => ''],
])('requires a context: %s', (_, token) => {
  expect(() => verify(token())).toThrow(expect.objectContaining({ code: 'CONTEXT_REQUIRED' }));
});

test.each<[string, () => string]>([
  ['text that is no token', () => 'hello'],
  ['a huge text', () => `${genuine()}${'a'.repeat(5000)}`],
  ['alg none', () => `${part({ alg: 'none', kid: 'k' })}.${part(CLAIMS)}.`],
  ['alg none with the genuine signature', () => `${part({ alg: 'none', kid: 'k' })}.${genuine().split('.').slice(1).join('.')}`],
  [
    'HS256 with the public key as secret',
    () => {
      const signed = `${part({ alg: 'HS256', typ: 'JWT', kid: 'k' })}.${part(CLAIMS)}`;
      return `${signed}.${createHmac('sha256', publicPem).update(signed).digest('base64url')}`;
    },
  ],
  ['another key under the same kid', () => jwt(CLAIMS, stranger.privateKey)],
  ['an unknown kid', () => jwt(CLAIMS, pair.privateKey, 'other')],
  ['a kid of an object’s prototype', () => jwt(CLAIMS, pair.privateKey, '__proto__')],
  ['no kid', () => jsonwebtoken.sign(CLAIMS, pair.privateKey, { algorithm: 'ES256' })],
  ['another curve', () => jsonwebtoken.sign(CLAIMS, wide.privateKey, { algorithm: 'ES384', keyid: 'wide' })],
  ['a changed claim', () => [genuine().split('.')[0], part({ ...CLAIMS, actor: 'AUDITOR' }), genuine().split('.')[2]].join('.')],
  ['a cut signature', () => genuine().slice(0, -4)],
  ['another audience', () => signContext({ ...CONTEXT, audience: 'penalties' }, signer)],
  ['several audiences of which one is wrong issuer', () => jwt({ ...CLAIMS, aud: ['tax'], iss: 'somebody' })],
  ['no audience', () => jwt(without('aud'))],
  ['another issuer', () => jwt({ ...CLAIMS, iss: 'somebody' })],
  ['expired', () => jwt({ ...CLAIMS, iat: CLAIMS.iat - 61, exp: CLAIMS.exp - 61 })],
  ['ending this second', () => jwt({ ...CLAIMS, iat: CLAIMS.iat - 60, exp: CLAIMS.iat })],
  ['a longer life than 60 s', () => jwt({ ...CLAIMS, exp: CLAIMS.iat + 61 })],
  ['a life that began long ago', () => jwt({ ...CLAIMS, iat: CLAIMS.iat - 3600 })],
  ['issued in the future', () => jwt({ ...CLAIMS, iat: CLAIMS.iat + 6, exp: CLAIMS.iat + 30 })],
  ['no end', () => jwt(without('exp'))],
  ['a fractional end', () => jwt({ ...CLAIMS, exp: CLAIMS.exp - 0.5 })],
  ['not yet valid', () => jwt({ ...CLAIMS, nbf: CLAIMS.iat + 30 })],
  ['an unknown actor', () => jwt({ ...CLAIMS, actor: 'ROOT' })],
  ['no purpose', () => jwt({ ...CLAIMS, purpose: '' })],
  ['a purpose that is no text', () => jwt({ ...CLAIMS, purpose: ['SELF_QUERY'] })],
  ['a subject that is a raw code', () => jwt({ ...CLAIMS, subject: '91350100M000100Y43' })],
])('refuses %s', (_, token) => {
  expect(() => verify(token())).toThrow(expect.objectContaining({ code: 'CONTEXT_INVALID' }));
});

test('a verified token is remembered only until it ends', () => {
  const token = genuine();
  verify(token);
  now = START + 59_999;
  expect(verify(token)).toEqual(CONTEXT);
  now = START + 60_000;
  expect(() => verify(token)).toThrow(expect.objectContaining({ code: 'CONTEXT_INVALID' }));
});

test('a remembered token does not lend its verdict to one that differs in a character', () => {
  const token = genuine();
  verify(token);
  expect(() => verify(`${token} `)).toThrow(expect.objectContaining({ code: 'CONTEXT_INVALID' }));
});

test('remembers a bounded number of tokens, and still accepts the others', () => {
  const tokens = Array.from({ length: 1100 }, (_, index) => signContext({ ...CONTEXT, organization: `bank-${index}` }, signer));
  for (const token of tokens) verify(token);
  expect(verify(tokens[0])).toMatchObject({ organization: 'bank-0' });
});
