import { generateKeyPairSync } from 'node:crypto';
import jsonwebtoken from 'jsonwebtoken';
import { expect, test } from 'vitest';
import { contextKeyId, contextPublicKeys, signContext } from './sign-context.ts';

const one = keyPair();
const other = keyPair();
const clock = () => Date.parse('2026-06-15T04:00:00.900Z');

test('says who asks why, for one department, for sixty seconds, and nothing else', () => {
  const token = signContext(
    { audience: 'tax', actor: 'PUBLIC', organization: '', purpose: 'PUBLIC_QUERY' },
    { privateKey: one.privateKey, keyId: 'k', clock },
  );
  const seconds = Date.parse('2026-06-15T04:00:00Z') / 1000;
  expect(jsonwebtoken.decode(token, { complete: true })).toMatchObject({ header: { alg: 'ES256', kid: 'k' } });
  expect(jsonwebtoken.verify(token, one.publicKey, { algorithms: ['ES256'], clockTimestamp: seconds })).toEqual({
    iss: 'xinqiao-gateway',
    aud: 'tax',
    iat: seconds,
    exp: seconds + 60,
    actor: 'PUBLIC',
    organization: '',
    purpose: 'PUBLIC_QUERY',
  });
});

test('refuses a key of another kind', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const context = { audience: 'tax', actor: 'PUBLIC', organization: '', purpose: 'PUBLIC_QUERY' } as const;
  expect(() => signContext(context, { privateKey: rsa.privateKey, keyId: 'k', clock })).toThrow();
});

test('names a key alike from either half, and other keys otherwise', () => {
  expect(contextKeyId(one.privateKey)).toBe(contextKeyId(one.publicKey));
  expect(contextKeyId(other.publicKey)).not.toBe(contextKeyId(one.publicKey));
});

test('reads several public keys from one text, and refuses a text without one', () => {
  expect([...contextPublicKeys(`${one.publicKey}\n${other.publicKey}`).keys()]).toEqual([
    contextKeyId(one.publicKey),
    contextKeyId(other.publicKey),
  ]);
  expect(() => contextPublicKeys('')).toThrow('no public key');
  expect(() => contextPublicKeys(one.privateKey)).toThrow('no public key');
});

function keyPair(): { publicKey: string; privateKey: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
