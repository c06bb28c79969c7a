import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectory } from '../database/make-directory.ts';

/** `kid` of the key that signs development tokens. */
export const DEVELOPMENT_KEY_ID = 'development';

/** What can be generated for development. `jwks` answers with the key set's file, the others with their content. */
export type DevelopmentSecret =
  | 'subjectKey'
  | 'pseudonymKey'
  | 'jwks'
  | 'contextKey'
  | 'contextPublicKey'
  | 'tokenKey'
  | 'logKey'
  | 'sealKey';

/**
 * A secret for development, generated at first use into `directory` (mode 0700, files 0600) and kept.
 * Callers guard against production: this file knows no environment.
 */
export function developmentSecret(directory: string, name: DevelopmentSecret): string {
  makeDirectory(directory);
  switch (name) {
    case 'subjectKey':
      return once(join(directory, 'subject.key'), randomKey);
    case 'pseudonymKey':
      return once(join(directory, 'pseudonym.key'), randomKey);
    case 'contextKey':
      return once(join(directory, 'context.pem'), privateKey);
    case 'contextPublicKey':
      return createPublicKey(developmentSecret(directory, 'contextKey')).export({ type: 'spki', format: 'pem' }).toString();
    case 'logKey':
      return once(join(directory, 'log.pem'), signingKey);
    case 'sealKey':
      return once(join(directory, 'seal.key'), randomKey);
    case 'tokenKey':
      return once(join(directory, 'token.pem'), privateKey);
    case 'jwks': {
      const file = join(directory, 'jwks.json');
      once(file, () => keySet(developmentSecret(directory, 'tokenKey')));
      return file;
    }
  }
}

/** Reads the file, or creates it whole: a link is atomic, so of two processes that start together one key wins for both. */
function once(file: string, make: () => string): string {
  const existing = readIfPresent(file);
  if (existing !== undefined) return existing;
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, make(), { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(file, 'utf8');
}

function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function randomKey(): string {
  return randomBytes(32).toString('hex');
}

function privateKey(): string {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function signingKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function keySet(pem: string): string {
  const jwk = { ...createPublicKey(pem).export({ format: 'jwk' }), kid: DEVELOPMENT_KEY_ID, alg: 'ES256', use: 'sig' };
  return JSON.stringify({ keys: [jwk] });
}
