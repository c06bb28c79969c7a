import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeNamedFile } from '../named-file.ts';

/** The client's key in a PEM file, made there (mode 0600) if there is none. @throws {Error} for a file that holds no P-256 private key. */
export function proofKey(file: string): KeyObject {
  const key = keyIn(file) ?? newKey(file);
  if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  throw unusable(file);
}

function keyIn(file: string): KeyObject | undefined {
  try {
    return createPrivateKey(readFileSync(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(file, error);
  }
}

function newKey(file: string): KeyObject {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // Never over a key that came into being meanwhile.
  writeNamedFile('--dpop', file, { text: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), mode: 0o600 });
  return privateKey;
}

function unusable(file: string, cause?: unknown): Error {
  return new Error(`密钥文件无效：${file}。 --dpop: expected a P-256 private key in PEM, or a file that does not exist yet.`, {
    cause,
  });
}
