import { cp, mkdir, writeFile } from 'node:fs/promises';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type TestIssuer, testIssuer } from '../support/tokens.ts';

/** The day on which everything happens: the records of the test city end on it. */
export const BASE_DATE = '2026-10-31';
/** The demonstration company, the hard cases, and a few more. */
export const SUBJECTS = 60;

/** Added to the clocks of all processes: it is noon of {@link BASE_DATE} in the city when the test begins, and time passes. */
export const CLOCK_OFFSET_MS = Date.parse(`${BASE_DATE}T04:00:00Z`) - Date.now();

/** Where the city's clients ask, whatever port a test listens on. */
export const PUBLIC_URL = 'https://credit.test/graphql';

/** The city's clock. */
export function cityClock(): number {
  return Date.now() + CLOCK_OFFSET_MS;
}

/** Keys and policies of a deployment's own, and the environment variables that name them to every process. */
export interface Foundations {
  issuer: TestIssuer;
  policies: string;
  subjectKey: string;
  environment: Readonly<Record<string, string>>;
  /** What the gateway has besides, and no department. */
  gatewayEnvironment: Readonly<Record<string, string>>;
}

/** Writes keys and a copy of the policies into a folder. */
export async function layFoundations(folder: string): Promise<Foundations> {
  await mkdir(folder, { recursive: true });
  const issuer = testIssuer('city');
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const file = (name: string) => join(folder, name);
  await writeFile(file('jwks.json'), JSON.stringify({ keys: [{ ...issuer.jwk, alg: 'ES256' }] }));
  await writeFile(file('context.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await writeFile(file('log.pem'), generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await writeFile(file('context.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  await cp(fileURLToPath(new URL('../../policies', import.meta.url)), file('policies'), { recursive: true });
  const subjectKey = randomBytes(32).toString('hex');
  return {
    issuer,
    policies: file('policies'),
    subjectKey,
    environment: {
      XINQIAO_SUBJECT_KEY: subjectKey,
      XINQIAO_PSEUDONYM_KEY: randomBytes(32).toString('hex'),
      XINQIAO_JWKS: file('jwks.json'),
      XINQIAO_CONTEXT_PUBLIC_KEY_FILE: file('context.pub'),
      XINQIAO_POLICIES: file('policies'),
      XINQIAO_DATA: file('data'),
    },
    gatewayEnvironment: {
      XINQIAO_PUBLIC_URL: PUBLIC_URL,
      XINQIAO_CONTEXT_KEY_FILE: file('context.pem'),
      XINQIAO_LOG_KEY: file('log.pem'),
      XINQIAO_SEAL_KEY: randomBytes(32).toString('hex'),
    },
  };
}
