import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPublicKey } from 'node:crypto';
import { ConfigError } from './config.ts';
import type { Config } from './config.ts';
import { DEVELOPMENT_KEY_ID, developmentSecret } from './development-secrets.ts';
import type { DevelopmentSecret } from './development-secrets.ts';
import { SUITE } from './querylog/suite.ts';
import { contextPublicKeys, isContextKey } from '../schema/sign-context.ts';

/** The secrets of a deployment, resolved. Keys of signed contexts are PEM (ES256, P-256). */
export interface Secrets {
  /** Key of the opaque subject ids. */
  subjectKey: string;
  /** Key of pseudonyms. */
  pseudonymKey: string;
  /** File or http(s) address of the key set that verifies callers' tokens. */
  jwks: string;
  /** The gateway's private key for signed contexts. */
  contextKey: string;
  /** The gateway's public key, all that a department holds. */
  contextPublicKey: string;
  /** The private key that signs checkpoints of the query log (PEM, Ed25519). */
  logKey: string;
  /** Keys that seal what is kept beside the query log, the newest first, separated by commas. */
  sealKey: string;
}

/**
 * Resolves the secrets a process needs, and only those: a department asks for `contextPublicKey` and `subjectKey`.
 * Outside production a secret nobody set is generated once into the data directory.
 * @throws {ConfigError} in production, naming every variable that is missing; anywhere, for a file that cannot be read.
 */
export function requireSecrets<Name extends keyof Secrets>(config: Config, names: readonly Name[]): Pick<Secrets, Name> {
  const faults: string[] = [];
  const resolved: Partial<Secrets> = {};
  for (const name of names) {
    const value = SOURCES[name](config) ?? (config.environment === 'production' ? undefined : generated(config, name));
    if (value === undefined) faults.push(`${VARIABLES[name]} is required in production`);
    else resolved[name] = value;
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return resolved as Pick<Secrets, Name>;
}

/**
 * The key `xinqiao token` signs with (ES256, PEM) and its `kid`; the development key set holds its public half.
 * @throws {ConfigError} in production, where only the city's identity provider issues tokens, and beside a foreign JWKS.
 */
export function developmentTokenKey(config: Config): { key: string; keyId: string } {
  if (config.environment === 'production')
    throw new ConfigError(['NODE_ENV=production issues no tokens; use the identity provider of XINQIAO_JWKS']);
  if (config.secrets.jwks !== undefined)
    throw new ConfigError(['XINQIAO_JWKS is set, so its issuer makes the tokens; unset it for development tokens']);
  return { key: generated(config, 'tokenKey'), keyId: DEVELOPMENT_KEY_ID };
}

/** The variables that production must set for these secrets; the public half of the context key comes with the private one. */
export function secretVariables(names: readonly (keyof Secrets)[]): string[] {
  return names.filter((name) => name !== 'contextPublicKey' || !names.includes('contextKey')).map((name) => VARIABLES[name]);
}

const VARIABLES: Readonly<Record<keyof Secrets, string>> = {
  subjectKey: 'XINQIAO_SUBJECT_KEY',
  pseudonymKey: 'XINQIAO_PSEUDONYM_KEY',
  jwks: 'XINQIAO_JWKS',
  contextKey: 'XINQIAO_CONTEXT_KEY_FILE',
  contextPublicKey: 'XINQIAO_CONTEXT_PUBLIC_KEY_FILE',
  logKey: 'XINQIAO_LOG_KEY',
  sealKey: 'XINQIAO_SEAL_KEY',
};

const SOURCES: Readonly<Record<keyof Secrets, (config: Config) => string | undefined>> = {
  subjectKey: ({ secrets }) => secrets.subjectKey,
  pseudonymKey: ({ secrets }) => secrets.pseudonymKey,
  jwks: ({ secrets }) => secrets.jwks,
  contextKey: ({ secrets }) => contextKeyIn(secrets),
  // A gateway with departments in its own process needs both halves and is given only the private one.
  contextPublicKey: ({ secrets }) =>
    publicKeys(pem(VARIABLES.contextPublicKey, secrets.contextPublicKeyFile)) ?? publicHalf(contextKeyIn(secrets)),
  logKey: ({ secrets: { logKey } }) => signingKey(logKey?.startsWith('-----BEGIN') ? logKey : pem(VARIABLES.logKey, logKey)),
  sealKey: ({ secrets }) => secrets.sealKey,
};

function generated(config: Config, name: DevelopmentSecret): string {
  return developmentSecret(join(config.dataDirectory, 'secrets'), name);
}

function pem(variable: string, file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new ConfigError([`${variable}: the file cannot be read`]);
  }
}

function contextKeyIn({ contextKeyFile }: Config['secrets']): string | undefined {
  const text = pem(VARIABLES.contextKey, contextKeyFile);
  if (text !== undefined && !isContextKey(text))
    throw new ConfigError([
      `${VARIABLES.contextKey}: 文件中没有 P-256 私钥（PEM）。 Expected a file with a P-256 private key (PEM, PKCS #8)`,
    ]);
  return text;
}

function publicKeys(text: string | undefined): string | undefined {
  try {
    if (text !== undefined) contextPublicKeys(text);
    return text;
  } catch {
    throw new ConfigError([
      `${VARIABLES.contextPublicKey}: 文件中没有公钥（PEM，SPKI）；请向网关的运维人员索取。 Expected a file with the gateway's public key (PEM, SPKI): whoever runs the gateway has it`,
    ]);
  }
}

/** A key that cannot sign is found at the start, not at the first checkpoint. */
function signingKey(pem: string | undefined): string | undefined {
  try {
    if (pem !== undefined) SUITE.privateKey(pem);
    return pem;
  } catch {
    throw new ConfigError([`${VARIABLES.logKey}: expected an Ed25519 private key (PEM, PKCS #8)`]);
  }
}

function publicHalf(privateKey: string | undefined): string | undefined {
  return privateKey === undefined ? undefined : createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
}
