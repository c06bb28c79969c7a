import { generateKeyPairSync } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import jwt from 'jsonwebtoken';
import { DEPARTMENTS } from '../../schema/signed-context.ts';

const POLICIES = fileURLToPath(new URL('../../policies', import.meta.url));
const ISSUER = 'https://xinqiao.example/bench';
const AUDIENCE = 'xinqiao-bench';
const KEY_ID = 'bench';
/** A batch asks about more subjects than auditors may at once, and a load about more in an hour than anybody may. */
const LIMITS = 'limits: { subjectsPerRequest: 200, subjectsPerDay: 1000000, requestsPerHour: 100000000 }';

/** Everything a production gateway needs besides its database, in a directory that is removed at the end. */
export interface GatewayFiles {
  environment: Readonly<Record<string, string>>;
  /** What a caller sends: an auditor's token and purpose, under which everything is revealed or masked. */
  headers: Readonly<Record<string, string>>;
  remove(): void;
}

/** Makes keys, a token and policies without a quota that a load would meet. `subjectKey` also belongs to the departments. */
export function makeGatewayFiles(subjectKey: string): GatewayFiles {
  const directory = mkdtempSync(join(tmpdir(), 'xinqiao-bench-'));
  const file = (name: string, text: string) => {
    writeFileSync(join(directory, name), text, { mode: 0o600 });
    return join(directory, name);
  };
  const callers = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const context = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const jwk = { ...callers.publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg: 'ES256', use: 'sig' };
  const token = jwt.sign({ actor: 'AUDITOR', org: 'BENCH-AUDIT', operator: 'bench' }, callers.privateKey, {
    algorithm: 'ES256',
    keyid: KEY_ID,
    issuer: ISSUER,
    audience: AUDIENCE,
    expiresIn: '8h',
  });
  return {
    environment: {
      NODE_ENV: 'production',
      LOG_LEVEL: 'error',
      XINQIAO_DATA: join(directory, 'data'),
      XINQIAO_SUBJECT_KEY: subjectKey,
      XINQIAO_PSEUDONYM_KEY: subjectKey.split('').reverse().join(''),
      XINQIAO_SEAL_KEY: 's'.repeat(64),
      XINQIAO_JWKS: file('jwks.json', JSON.stringify({ keys: [jwk] })),
      XINQIAO_ISSUER: ISSUER,
      XINQIAO_AUDIENCE: AUDIENCE,
      XINQIAO_CONTEXT_KEY_FILE: file('context.pem', context.export({ type: 'pkcs8', format: 'pem' }).toString()),
      XINQIAO_LOG_KEY: generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      XINQIAO_POLICIES: unlimitedPolicies(directory),
    },
    headers: {
      authorization: `Bearer ${token}`,
      'x-purpose': 'AUDIT_SUPERVISION',
      'x-matter': encodeURIComponent('云罚案〔2026〕1号'),
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** The variables that say where the departments are. */
export function departmentVariables(addresses: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    DEPARTMENTS.flatMap((name) => {
      const url = addresses[name];
      return url === undefined ? [] : [[`SUBGRAPH_${name.replaceAll('-', '_').toUpperCase()}_URL`, url]];
    }),
  );
}

/** A port nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

function unlimitedPolicies(directory: string): string {
  const copy = join(directory, 'policies');
  mkdirSync(copy);
  cpSync(POLICIES, copy, { recursive: true, filter: (path) => !path.endsWith('.ts') });
  const purpose = join(copy, 'purposes', 'AUDIT_SUPERVISION.yaml');
  const text = readFileSync(purpose, 'utf8');
  if (!/^limits: .*$/m.test(text)) throw new Error('AUDIT_SUPERVISION names no limits');
  writeFileSync(purpose, text.replace(/^limits: .*$/m, LIMITS));
  return copy;
}
