import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigError, loadConfig } from './config.ts';
import { developmentTokenKey, requireSecrets, type Secrets } from './secrets.ts';

const ALL = ['subjectKey', 'pseudonymKey', 'jwks', 'contextKey', 'contextPublicKey', 'logKey', 'sealKey'] as const;
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'xinqiao-secrets-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('secrets', () => {
  test('are generated once in development, for the owner of the directory alone', () => {
    const config = loadConfig({ XINQIAO_DATA: directory });
    const first = requireSecrets(config, ALL);
    expect(requireSecrets(config, ALL)).toEqual(first);
    expect(first.subjectKey).toMatch(/^[0-9a-f]{64}$/);
    expect(first.subjectKey).not.toBe(first.pseudonymKey);
    for (const file of ['subject.key', 'pseudonym.key', 'context.pem', 'token.pem', 'jwks.json', 'log.pem']) {
      expect([file, statSync(join(directory, 'secrets', file)).mode & 0o777]).toEqual([file, 0o600]);
    }
  });

  test('the generated public halves verify what the private halves sign', () => {
    const config = loadConfig({ XINQIAO_DATA: directory });
    const { contextKey, contextPublicKey, jwks } = requireSecrets(config, ALL);
    const data = Buffer.from('x');
    expect(verify('sha256', data, createPublicKey(contextPublicKey), sign('sha256', data, createPrivateKey(contextKey)))).toBe(
      true,
    );
    const { keys } = JSON.parse(readFileSync(jwks, 'utf8')) as { keys: [JsonWebKey & { kid: string }] };
    const token = developmentTokenKey(config);
    expect(keys[0].kid).toBe(token.keyId);
    expect(keys[0]).not.toHaveProperty('d');
    expect(
      verify('sha256', data, createPublicKey({ key: keys[0], format: 'jwk' }), sign('sha256', data, createPrivateKey(token.key))),
    ).toBe(true);
  });

  test('what the operator set is used as it is', () => {
    const pem = requireSecrets(loadConfig({ XINQIAO_DATA: directory }), ['contextKey', 'contextPublicKey']);
    const file = join(directory, 'given.pem');
    writeFileSync(file, pem.contextKey);
    const config = loadConfig({ XINQIAO_DATA: directory, XINQIAO_SUBJECT_KEY: 's'.repeat(32), XINQIAO_CONTEXT_KEY_FILE: file });
    expect(requireSecrets(config, ['subjectKey', 'contextPublicKey'])).toEqual({
      subjectKey: 's'.repeat(32),
      contextPublicKey: pem.contextPublicKey,
    });
  });

  test('the key of the log is taken from the variable itself or from the file it names, and no other kind of key is', () => {
    const { logKey, contextKey } = requireSecrets(loadConfig({ XINQIAO_DATA: directory }), ['logKey', 'contextKey']);
    const file = join(directory, 'secrets', 'log.pem');
    for (const XINQIAO_LOG_KEY of [logKey, file])
      expect(requireSecrets(loadConfig({ XINQIAO_LOG_KEY }), ['logKey']).logKey.trim()).toBe(logKey.trim());
    expect(() => requireSecrets(loadConfig({ XINQIAO_LOG_KEY: contextKey }), ['logKey'])).toThrow(
      /XINQIAO_LOG_KEY: expected an Ed25519 private key \(PEM, PKCS #8\)$/,
    );
  });

  test('production refuses to start without them, naming each variable, and generates nothing', () => {
    const config = loadConfig({
      NODE_ENV: 'production',
      XINQIAO_ISSUER: 'i',
      XINQIAO_AUDIENCE: 'a',
      XINQIAO_DATA: join(directory, 'none'),
    });
    expect(() => requireSecrets(config, ALL)).toThrow(ConfigError);
    expect(() => requireSecrets(config, ALL)).toThrow(
      /XINQIAO_SUBJECT_KEY is required.*XINQIAO_PSEUDONYM_KEY.*XINQIAO_JWKS.*XINQIAO_CONTEXT_KEY_FILE.*XINQIAO_CONTEXT_PUBLIC_KEY_FILE.*XINQIAO_LOG_KEY.*XINQIAO_SEAL_KEY/,
    );
    expect(() => statSync(join(directory, 'none'))).toThrow('ENOENT');
    expect(() => developmentTokenKey(config)).toThrow('NODE_ENV=production issues no tokens');
  });

  test('a key file that cannot be read is refused by its variable', () => {
    const config = loadConfig({ XINQIAO_CONTEXT_PUBLIC_KEY_FILE: join(directory, 'absent.pem') });
    expect(() => requireSecrets(config, ['contextPublicKey'])).toThrow(
      'XINQIAO_CONTEXT_PUBLIC_KEY_FILE: the file cannot be read',
    );
  });

  test.each([
    ['XINQIAO_CONTEXT_KEY_FILE', 'contextKey', () => 'no key', 'Expected a file with a P-256 private key'],
    ['XINQIAO_CONTEXT_KEY_FILE', 'contextPublicKey', (own) => own.logKey, 'Expected a file with a P-256 private key'],
    ['XINQIAO_CONTEXT_KEY_FILE', 'contextKey', (own) => own.contextPublicKey, 'Expected a file with a P-256 private key'],
    ['XINQIAO_CONTEXT_PUBLIC_KEY_FILE', 'contextPublicKey', () => 'no key', "Expected a file with the gateway's public key"],
    [
      'XINQIAO_CONTEXT_PUBLIC_KEY_FILE',
      'contextPublicKey',
      (own) => own.contextKey,
      "Expected a file with the gateway's public key",
    ],
  ] as const satisfies readonly [string, keyof Secrets, (own: Secrets) => string, string][])(
    '%s with another kind of key is refused by its variable when the %s is asked for',
    (variable, secret, other, message) => {
      const file = join(directory, 'given.pem');
      writeFileSync(file, other(requireSecrets(loadConfig({ XINQIAO_DATA: directory }), ALL)));
      expect(() => requireSecrets(loadConfig({ [variable]: file }), [secret])).toThrow(
        new RegExp(`Configuration: ${variable}: .*${message}`),
      );
    },
  );

  test("no development token is made for somebody else's key set", () => {
    const config = loadConfig({ XINQIAO_DATA: directory, XINQIAO_JWKS: 'https://idp.example/jwks' });
    expect(() => developmentTokenKey(config)).toThrow('XINQIAO_JWKS is set');
  });
});
