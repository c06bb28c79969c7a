import { join } from 'node:path';
import * as v from 'valibot';
import { DEPARTMENTS } from '../schema/signed-context.ts';
import type { Department } from '../schema/signed-context.ts';
import { key, keys, proxies, safeUrl, subgraphUrl, text, url, wholeNumber, wholeText } from './config-forms.ts';
import { type ListedWitness, witnessList } from './witness/witness-list.ts';

/** Levels of the application log (pino). */
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Everything an operator can set, validated and frozen. Durations are milliseconds, sizes bytes. */
export interface Config {
  /** `development` generates missing secrets and issues tokens; `production` refuses both. */
  readonly environment: 'development' | 'test' | 'production';
  readonly host: string;
  readonly port: number;
  /** Processes that answer on `port`; more than one need a database server. */
  readonly workers: number;
  /** Where health and metrics are, if not on `port`. */
  readonly operationsPort?: number;
  /** Proxies whose `X-Forwarded-For` is believed, as addresses or CIDR ranges; empty believes nobody. */
  readonly trustedProxies: readonly string[];
  /** Directory of the embedded database, the admin channel and the development secrets. */
  readonly dataDirectory: string;
  /** PostgreSQL; absent = embedded. */
  readonly databaseUrl?: string;
  /** Redis; absent = in memory. */
  readonly redisUrl?: string;
  /** What was set; {@link requireSecrets} completes or refuses. */
  readonly secrets: SecretSources;
  /** Issuer and audience that tokens must name. */
  readonly tokens: { readonly issuer: string; readonly audience: string };
  /** Address at which clients ask, whatever stands in front: what their proofs of possession must be made for. */
  readonly publicUrl: string;
  /** Departments reached over HTTP; the others run in this process. */
  readonly subgraphUrls: Readonly<Partial<Record<Department, string>>>;
  /** Where an import asks the registry for old numbers, when its database does not hold the registry. */
  readonly gatewayUrl?: string;
  /** File of the composed supergraph; absent = the one that is shipped. */
  readonly supergraphFile?: string;
  readonly policiesDirectory: string;
  /** `allow`: whoever must run registered operations may run any. Never in production. */
  readonly unregisteredOperations: 'refuse' | 'allow';
  /** Name of the query log, part of every receipt. */
  readonly logOrigin: string;
  /** Witnesses that are asked to cosign its checkpoints. */
  readonly logWitnesses: readonly ListedWitness[];
  /** Where subjects are told of looks at them, and after how many attempts a message is given up; absent = nobody is told. */
  readonly notify?: { readonly url: string; readonly attempts: number };
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly timeouts: Readonly<Timeouts>;
  readonly limits: Readonly<Limits>;
}

/** Where secrets come from: texts, files or (JWKS) an address; absent where the operator set nothing. */
export interface SecretSources {
  readonly subjectKey?: string;
  readonly pseudonymKey?: string;
  /** File path or http(s) address of the key set that verifies callers' tokens. */
  readonly jwks?: string;
  readonly contextKeyFile?: string;
  readonly contextPublicKeyFile?: string;
  /** The private key that signs the query log, as PEM or the file that holds it. */
  readonly logKey?: string;
  /** Keys that seal what is kept beside the query log, the newest first, separated by commas. */
  readonly sealKey?: string;
  /** A department's own token, with which its imports ask the gateway. */
  readonly gatewayToken?: string;
}

/** Milliseconds. */
export interface Timeouts {
  /** One attempt at one department. */
  department: number;
  /** A whole request, retries included. */
  request: number;
  /** How long shutdown waits for requests in flight. */
  shutdownGrace: number;
}

/** Limits on what one request may ask. */
export interface Limits {
  bodyBytes: number;
  depth: number;
  aliases: number;
  directives: number;
  tokens: number;
  cost: number;
  /** Requests answered at the same time; one more is OVERLOADED. */
  inFlight: number;
  /** The longest answer accepted from a department. */
  departmentResponseBytes: number;
  /** Requests under way at one department, each on a connection of its own. */
  departmentConcurrency: number;
  /** Queries that wait for one department; one more is OVERLOADED. */
  departmentQueue: number;
  /** Subjects, and queries, that travel in one joined request to a department; 1 joins nothing. */
  joinedSubjects: number;
}

/** Directory in which an embedded gateway keeps every policy version that was ever in force, by its hash. */
export function keptVersions({ dataDirectory }: Pick<Config, 'dataDirectory'>): string {
  return join(dataDirectory, 'policy-versions');
}

/** Directory of a department that is served by itself and was given no server: an embedded database has one opener. */
export function departmentDirectory({ dataDirectory }: Pick<Config, 'dataDirectory'>, department: Department): string {
  return join(dataDirectory, `subgraph-${department}`);
}

/** A configuration that cannot be used; the message names every variable at fault and its accepted form, never a value. */
export class ConfigError extends Error {
  constructor(faults: readonly string[], options?: ErrorOptions) {
    super(`配置有误。 Configuration: ${faults.join('; ')}`, options);
    this.name = 'ConfigError';
  }
}

/**
 * Reads the environment, the only place that does. An empty variable counts as unset. `required` are variables that production must
 * set for this process beside those that it must always set.
 * @throws {ConfigError} naming each variable that does not have its accepted form, and in production each that is missing.
 */
export function loadConfig(env: NodeJS.ProcessEnv, required: readonly string[] = []): Config {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = v.safeParse(ENVIRONMENT, set);
  const faults = [...(parsed.issues ?? []).map(describe), ...productionFaults(set, required)];
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  const e = parsed.output;
  return deepFreeze({
    environment: e.NODE_ENV,
    host: e.HOST,
    port: e.PORT,
    workers: e.XINQIAO_WORKERS,
    trustedProxies: e.XINQIAO_TRUSTED_PROXIES ?? [],
    dataDirectory: e.XINQIAO_DATA,
    ...present({
      operationsPort: e.XINQIAO_OPERATIONS_PORT,
      databaseUrl: e.DATABASE_URL,
      redisUrl: e.REDIS_URL,
      gatewayUrl: e.XINQIAO_GATEWAY_URL,
      supergraphFile: e.XINQIAO_SUPERGRAPH,
      notify: e.XINQIAO_NOTIFY_URL === undefined ? undefined : { url: e.XINQIAO_NOTIFY_URL, attempts: e.XINQIAO_NOTIFY_ATTEMPTS },
    }),
    secrets: present({
      subjectKey: e.XINQIAO_SUBJECT_KEY,
      pseudonymKey: e.XINQIAO_PSEUDONYM_KEY,
      jwks: e.XINQIAO_JWKS,
      contextKeyFile: e.XINQIAO_CONTEXT_KEY_FILE,
      contextPublicKeyFile: e.XINQIAO_CONTEXT_PUBLIC_KEY_FILE,
      logKey: e.XINQIAO_LOG_KEY,
      sealKey: e.XINQIAO_SEAL_KEY,
      gatewayToken: e.XINQIAO_GATEWAY_TOKEN,
    }),
    tokens: { issuer: e.XINQIAO_ISSUER ?? 'https://xinqiao.example/development', audience: e.XINQIAO_AUDIENCE ?? 'xinqiao' },
    publicUrl: e.XINQIAO_PUBLIC_URL ?? `http://localhost:${e.PORT}/graphql`,
    subgraphUrls: present(Object.fromEntries(DEPARTMENTS.map((department) => [department, e[subgraphVariable(department)]]))),
    policiesDirectory: e.XINQIAO_POLICIES,
    unregisteredOperations: e.XINQIAO_UNREGISTERED_OPERATIONS,
    logOrigin: e.XINQIAO_LOG_ORIGIN,
    logWitnesses: e.XINQIAO_LOG_WITNESSES ?? [],
    logLevel: e.LOG_LEVEL ?? (e.NODE_ENV === 'test' ? 'silent' : 'info'),
    timeouts: {
      department: e.XINQIAO_DEPARTMENT_TIMEOUT_MS,
      request: e.XINQIAO_REQUEST_TIMEOUT_MS,
      shutdownGrace: e.XINQIAO_SHUTDOWN_GRACE_MS,
    },
    limits: limitsOf(e),
  });
}

function productionFaults(set: NodeJS.ProcessEnv, required: readonly string[]): string[] {
  if (set.NODE_ENV !== 'production') return [];
  // Tokens of nobody in particular must not open a production gateway, nor may anybody run what nobody has seen.
  const missing = ['XINQIAO_ISSUER', 'XINQIAO_AUDIENCE', ...required].filter((name) => set[name] === undefined);
  const faults = missing.map((name) => `${name} is required in production`);
  if (set.XINQIAO_UNREGISTERED_OPERATIONS === 'allow')
    faults.push('XINQIAO_UNREGISTERED_OPERATIONS cannot be allow in production');
  return faults;
}

function limitsOf(e: v.InferOutput<typeof ENVIRONMENT>): Limits {
  return {
    bodyBytes: e.XINQIAO_MAX_BODY_BYTES,
    depth: e.XINQIAO_MAX_DEPTH,
    aliases: e.XINQIAO_MAX_ALIASES,
    directives: e.XINQIAO_MAX_DIRECTIVES,
    tokens: e.XINQIAO_MAX_TOKENS,
    cost: e.XINQIAO_MAX_COST,
    inFlight: e.XINQIAO_MAX_IN_FLIGHT,
    departmentResponseBytes: e.XINQIAO_MAX_DEPARTMENT_RESPONSE_BYTES,
    departmentConcurrency: e.XINQIAO_DEPARTMENT_CONCURRENCY,
    departmentQueue: e.XINQIAO_DEPARTMENT_QUEUE,
    joinedSubjects: e.XINQIAO_JOINED_SUBJECTS,
  };
}

/** Every variable with its default and accepted form. The tables of README.md and the services of docker-compose.yml are tested against it. */
export const ENVIRONMENT = v.object({
  // An unknown name ("prod") must not fall back to development and its generated keys.
  NODE_ENV: v.optional(v.picklist(['development', 'test', 'production'], 'development, test or production'), 'development'),
  // Only this machine unless the operator says otherwise: a development gateway issues tokens to whoever asks.
  HOST: v.optional(text('a host name or address'), '127.0.0.1'),
  PORT: wholeNumber(4000, 0, 65_535),
  XINQIAO_WORKERS: wholeNumber(1, 1, 256),
  // Whoever may ask about credit need not see how the gateway is doing.
  XINQIAO_OPERATIONS_PORT: v.optional(wholeText(0, 65_535)),
  // Behind a proxy all the public would share one address, and with it one hourly quota.
  XINQIAO_TRUSTED_PROXIES: v.optional(proxies()),
  XINQIAO_DATA: v.optional(text('a directory'), '.xinqiao'),
  DATABASE_URL: v.optional(url('postgres://user:password@host:5432/database', ['postgres:', 'postgresql:'])),
  REDIS_URL: v.optional(url('redis://host:6379', ['redis:', 'rediss:'])),
  XINQIAO_SUBJECT_KEY: v.optional(key()),
  XINQIAO_PSEUDONYM_KEY: v.optional(key()),
  XINQIAO_JWKS: v.optional(text('a file or an http(s) address')),
  XINQIAO_ISSUER: v.optional(text('the `iss` of tokens')),
  XINQIAO_AUDIENCE: v.optional(text('the `aud` of tokens')),
  // Never taken from the request: a proof made for another server must not serve here.
  XINQIAO_PUBLIC_URL: v.optional(url('https://credit.city.example/graphql', ['http:', 'https:'])),
  XINQIAO_CONTEXT_KEY_FILE: v.optional(text('a PEM file')),
  XINQIAO_CONTEXT_PUBLIC_KEY_FILE: v.optional(text('a PEM file')),
  SUBGRAPH_REGISTRY_URL: subgraphUrl(),
  SUBGRAPH_LICENSING_URL: subgraphUrl(),
  SUBGRAPH_PENALTIES_URL: subgraphUrl(),
  SUBGRAPH_TAX_URL: subgraphUrl(),
  SUBGRAPH_SOCIAL_SECURITY_URL: subgraphUrl(),
  SUBGRAPH_UTILITIES_URL: subgraphUrl(),
  XINQIAO_GATEWAY_URL: v.optional(url('http://gateway:4000/graphql', ['http:', 'https:'])),
  XINQIAO_GATEWAY_TOKEN: v.optional(text('a token')),
  XINQIAO_SUPERGRAPH: v.optional(text('a file')),
  XINQIAO_POLICIES: v.optional(text('a directory'), 'policies'),
  XINQIAO_UNREGISTERED_OPERATIONS: v.optional(v.picklist(['refuse', 'allow'], 'refuse or allow'), 'refuse'),
  XINQIAO_LOG_ORIGIN: v.optional(
    v.pipe(v.string(), v.regex(/^[\w.:/-]{1,128}$/, 'at most 128 of A-Z a-z 0-9 _ . : / -')),
    'xinqiao.example/log',
  ),
  XINQIAO_LOG_KEY: v.optional(text('a PEM file, or the PEM itself')),
  XINQIAO_SEAL_KEY: v.optional(keys()),
  XINQIAO_NOTIFY_URL: v.optional(safeUrl('https://messages.city.example/looks')),
  XINQIAO_NOTIFY_ATTEMPTS: wholeNumber(12, 1, 100),
  XINQIAO_LOG_WITNESSES: v.optional(witnessList()),
  LOG_LEVEL: v.optional(v.picklist(LOG_LEVELS, `one of ${LOG_LEVELS.join(', ')}`)),
  XINQIAO_DEPARTMENT_TIMEOUT_MS: wholeNumber(2_000, 10, 60_000),
  XINQIAO_REQUEST_TIMEOUT_MS: wholeNumber(10_000, 100, 120_000),
  XINQIAO_SHUTDOWN_GRACE_MS: wholeNumber(10_000, 0, 600_000),
  XINQIAO_MAX_BODY_BYTES: wholeNumber(262_144, 1_024, 16_777_216),
  XINQIAO_MAX_DEPTH: wholeNumber(12, 1, 100),
  XINQIAO_MAX_ALIASES: wholeNumber(60, 0, 10_000),
  XINQIAO_MAX_DIRECTIVES: wholeNumber(50, 0, 10_000),
  XINQIAO_MAX_TOKENS: wholeNumber(4_000, 10, 100_000),
  XINQIAO_MAX_COST: wholeNumber(100_000, 1, 10_000_000),
  XINQIAO_MAX_IN_FLIGHT: wholeNumber(1_000, 1, 100_000),
  XINQIAO_MAX_DEPARTMENT_RESPONSE_BYTES: wholeNumber(16_777_216, 1_024, 268_435_456),
  XINQIAO_DEPARTMENT_CONCURRENCY: wholeNumber(32, 1, 1_000),
  XINQIAO_DEPARTMENT_QUEUE: wholeNumber(500, 0, 100_000),
  // The ids of as many requests travel in one header, of which a server takes 16 KB.
  XINQIAO_JOINED_SUBJECTS: wholeNumber(64, 1, 200),
});

/** Only what was set: an absent property, never an undefined one. */
function present<T extends object>(given: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as { [Name in keyof T]?: Exclude<T[Name], undefined> };
}

function subgraphVariable<D extends Department>(department: D) {
  return `SUBGRAPH_${department.replace('-', '_').toUpperCase()}_URL` as Extract<
    keyof typeof ENVIRONMENT.entries,
    `SUBGRAPH_${string}`
  >;
}

function describe(issue: v.BaseIssue<unknown>): string {
  return `${v.getDotPath(issue) ?? 'environment'}: expected ${issue.message}`;
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  return Object.freeze(value);
}
