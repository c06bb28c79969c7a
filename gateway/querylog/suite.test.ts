import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { SUITE } from './suite.ts';

const bytes = (hex: string) => Buffer.from(hex, 'hex');
/** PKCS #8 of an Ed25519 seed (RFC 8410). */
const keyOf = (seed: string) =>
  `-----BEGIN PRIVATE KEY-----\n${Buffer.concat([bytes('302e020100300506032b657004220420'), bytes(seed)]).toString('base64')}\n-----END PRIVATE KEY-----\n`;

describe('signatures', () => {
  // RFC 8032, 7.1, TEST 2.
  const key = SUITE.privateKey(keyOf('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb'));
  const publicKey = bytes('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c');
  const signature = bytes(
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  );

  test('are those of RFC 8032', () => {
    expect(Buffer.from(SUITE.publicKeyBytes(key))).toEqual(publicKey);
    expect(Buffer.from(SUITE.sign(key, bytes('72')))).toEqual(signature);
    expect(SUITE.verify(publicKey, bytes('72'), signature)).toBe(true);
  });

  test.each([
    ['another message', publicKey, '73', signature],
    ['a signature cut short', publicKey, '72', signature.subarray(1)],
    ['a key cut short', publicKey.subarray(1), '72', signature],
    ['a key that is no point', Buffer.alloc(32, 0xff), '72', signature],
    ['nothing', publicKey, '72', Buffer.alloc(0)],
  ])('do not hold for %s', (_, key, message, made) => {
    expect(SUITE.verify(key, bytes(message), made)).toBe(false);
  });

  test.each([
    ['no key', 'XSECRETX'],
    [
      'a key of another kind',
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
    ],
  ])('are not made with %s, which no message repeats', (_, pem) => {
    expect(() => SUITE.privateKey(pem.toString())).toThrow(/^not a private key \(Ed25519, PKCS #8, PEM\)$/);
  });
});

describe('the seal', () => {
  const key = Buffer.alloc(32, 7);
  const context = Buffer.from('entry 9');

  test('opens to what was sealed, and seals the same differently each time', () => {
    const sealed = SUITE.seal(key, Buffer.from('王丽'), context);
    expect(Buffer.from(SUITE.open(key, sealed, context)).toString()).toBe('王丽');
    expect(Buffer.from(SUITE.seal(key, Buffer.from('王丽'), context))).not.toEqual(sealed);
  });

  test('does not open with another key, in another place, or with one bit changed', () => {
    const sealed = SUITE.seal(key, Buffer.from('王丽'), context);
    expect(() => SUITE.open(Buffer.alloc(32, 8), sealed, context)).toThrow();
    expect(() => SUITE.open(key, sealed, Buffer.from('entry 8'))).toThrow();
    expect(() => SUITE.open(key, sealed.subarray(0, 20), context)).toThrow();
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => SUITE.open(key, changed, context)).toThrow();
    }
  });
});
