import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { testIssuer } from '../../test/support/tokens.ts';
import { parseKeySet } from './key-set.ts';

const good = testIssuer('good');
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' });
const rsa = testIssuer('rsa', 2048).jwk;
const edwards = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
const other = testIssuer('other');

const parse = (jwk: unknown) => parseKeySet(JSON.stringify({ keys: [good.jwk, jwk] }), { production: false });

test.each([
  ['P-256', other.jwk, ['ES256']],
  ['P-384', { ...p384, kid: 'other' }, ['ES384']],
  ['RSA', { ...rsa, kid: 'other' }, ['PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512']],
  ['RSA for one algorithm', { ...rsa, kid: 'other', alg: 'PS256' }, ['PS256']],
])('a %s key verifies what its type and its alg allow', (_, jwk, algorithms) => {
  expect(parse(jwk).get('other')?.algorithms).toEqual(algorithms);
});

test.each([
  ['has no id', { ...other.jwk, kid: undefined }],
  ['has an id that is no text', { ...other.jwk, kid: 7 }],
  ['is a shared secret', { kty: 'oct', k: 'c2VjcmV0', kid: 'other', alg: 'HS256' }],
  ['is of a type tokens cannot use', { ...edwards, kid: 'other' }],
  ['is for encryption', { ...other.jwk, use: 'enc' }],
  ['may only sign', { ...other.jwk, key_ops: ['sign'] }],
  ['names an algorithm of another type', { ...other.jwk, alg: 'RS256' }],
  ['names a symmetric algorithm', { ...rsa, kid: 'other', alg: 'HS256' }],
  ['is published with its private half', { ...other.privateKey.export({ format: 'jwk' }), kid: 'other' }],
  ['is a point off the curve', { ...other.jwk, x: 'AAAA', y: 'AAAA' }],
  ['is RSA of 1024 bits', { ...testIssuer('other', 1024).jwk }],
])('a key that %s is left out, the others serve', (_, jwk) => {
  expect([...parse(jwk).keys()]).toEqual(['good']);
});

test('a set of more than 64 keys is refused', () => {
  const keys = Array.from({ length: 65 }, (_, index) => ({ ...good.jwk, kid: `key-${index}` }));
  expect(() => parseKeySet(JSON.stringify({ keys }), { production: false })).toThrow('at most 64 keys');
});
