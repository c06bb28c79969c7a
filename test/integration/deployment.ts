import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { request } from 'undici';
import type { Manifest } from '../../cli/sample/generate-city.ts';
import type { Queryable } from '../../database/db.ts';
import { keyThumbprint, makeProof } from '../../gateway/identity/make-proof.ts';
import type { QueryLogEntry, Receipt } from '../../gateway/querylog/entry.ts';
import type { Actor, Department } from '../../schema/signed-context.ts';
import type { TestIssuer } from '../support/tokens.ts';
import { cityClock, PUBLIC_URL } from './test-city.ts';

/** A whole city that answers over HTTP, in one of its shapes. The behaviours are tested against this alone. */
export interface Deployment {
  readonly url: string;
  readonly manifest: Manifest;
  /** What became of the manifest's files, by file name. */
  readonly imported: ReadonlyMap<string, Imported>;
  /** Where the query log is. */
  readonly log: Queryable;
  /** Whether the departments share the registry's database, so that an old number resolves while a file is taken in. */
  readonly sharesRegistry: boolean;
  readonly environment: 'test' | 'production';
  /** Directory of policies that this deployment alone reads. */
  readonly policies: string;
  readonly issuer: TestIssuer;
  /** Tells this run's callers from those of another that shares its quotas. */
  readonly run: string;
  stopDepartment(department: Department): Promise<void>;
  startDepartment(department: Department): Promise<void>;
  /** Makes the log's database unreachable for the gateway. */
  breakLog(): Promise<void>;
  mendLog(): Promise<void>;
  /** Resolves once the gateway's application log has said this `times` times. */
  untilReported(text: string, times: number): Promise<void>;
  close(): Promise<void>;
}

/** The verdicts of one file. */
export interface Imported {
  accepted: number;
  rejected: number;
  waiting: number;
  reasons: Readonly<Record<string, number>>;
}

/** Claims of a caller's token. */
export interface Bearer {
  actor: Actor;
  org?: string;
  department?: string;
  operator?: string;
  name?: string;
  subject?: string;
  developer?: true;
  /** The authorization that it is for (RFC 9396). */
  authorization_details?: readonly { type: 'xinqiao_authorization'; authorization_id: string }[];
  cnf?: { jkt: string };
  /** Who signs for a subject, how surely known, and where. */
  signatory?: string;
  assurance?: string;
  channel?: string;
}

/** A caller, and the private key (P-256) it proves to hold; for a bank that names none there is one. */
interface Holder extends Bearer {
  key?: KeyObject;
}

export interface Question {
  /** None: asked by its hash alone. */
  query: string | undefined;
  variables?: Readonly<Record<string, unknown>>;
  /** None: the public. */
  bearer?: Holder;
  /** A token as it is, instead of one made for `bearer`. */
  token?: string;
  /** A proof that it is held by its sender. */
  proof?: string;
  purpose?: string;
  matter?: string;
  extensions?: Readonly<Record<string, unknown>>;
  /** On a connection of its own, and not on one that is open to whoever answered before. */
  reset?: boolean;
}

interface Disclosure {
  purpose: string;
  policyVersion: string;
  masked: string[];
  generalized: string[];
  withheld: { coordinate: string; rule: string | null }[];
  unavailable: string[];
  receipt: Receipt | null;
}

/** What came back; `text` is every byte of the body. */
export interface Answered {
  status: number;
  text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- answers of many shapes, asserted on value by value
  data: any;
  codes: string[];
  errors: { path?: (string | number)[]; extensions: Record<string, unknown> }[];
  disclosure: Disclosure;
  /** What remains of the caller's requests of the hour, where the purpose limits them. */
  requestsLeft: number | undefined;
}

/** Asks the deployment over HTTP; a bank with a proof that it holds its token's key. */
export async function ask(deployment: Deployment, { bearer, ...question }: Question): Promise<Answered> {
  if (bearer === undefined) return askAt(deployment.url, question);
  const { key = bearer.actor === 'BANK' ? BANK_KEY : undefined, ...claims } = bearer;
  if (key === undefined) return askAt(deployment.url, { ...question, token: tokenOf(deployment, claims) });
  const token = tokenOf(deployment, { ...claims, cnf: { jkt: await keyThumbprint(key) } }, 300);
  const proof = await makeProof(key, { url: PUBLIC_URL, token, nowMs: cityClock() });
  return askAt(deployment.url, { ...question, token, proof });
}

/** The key of every bank that names no other. */
const BANK_KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

/** Asks whoever answers at an address. */
export async function askAt(
  url: string,
  { query, variables, token, proof, purpose, matter, extensions, reset = false }: Omit<Question, 'bearer'>,
): Promise<Answered> {
  const { statusCode, headers, body } = await request(`${url}/graphql`, {
    method: 'POST',
    reset,
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json;q=0.9',
      ...(purpose !== undefined && { 'x-purpose': purpose }),
      ...(matter !== undefined && { 'x-matter': encodeURIComponent(matter) }),
      ...(token !== undefined && { authorization: `${proof === undefined ? 'Bearer' : 'DPoP'} ${token}` }),
      ...(proof !== undefined && { dpop: proof }),
    },
    body: JSON.stringify({ query, variables, extensions }),
  });
  const text = await body.text();
  const { data, errors = [], extensions: { disclosure } = { disclosure: undefined } } = JSON.parse(text);
  const codes = errors.map((error: { extensions: { code: string } }) => error.extensions.code);
  const [, left] = /"requests";r=(\d+)/.exec(String(headers['ratelimit'])) ?? [];
  return {
    status: statusCode,
    text,
    data,
    errors,
    codes,
    disclosure,
    requestsLeft: left === undefined ? undefined : Number(left),
  };
}

/** A token of the city's identity provider. */
export function tokenOf(
  { issuer, run }: Pick<Deployment, 'issuer' | 'run'>,
  { org, ...bearer }: Bearer,
  lifetimeSeconds = 600,
): string {
  const iat = Math.floor(cityClock() / 1000);
  const claims = { ...bearer, ...(org !== undefined && { org: `${org}-${run}` }), iat, exp: iat + lifetimeSeconds };
  const { privateKey, kid } = issuer;
  return jwt.sign(claims, privateKey, { algorithm: 'ES256', keyid: kid, issuer: ISSUER, audience: AUDIENCE });
}

/** The name of the city's identity provider, and what its tokens are for. */
export const ISSUER = 'https://identity.test';
export const AUDIENCE = 'xinqiao-test';

/** The entry a receipt is for, with the leaf hash that the log keeps. */
export async function entryOf(
  { log }: Pick<Deployment, 'log'>,
  receipt: Receipt | null,
): Promise<{ entry: QueryLogEntry; leafHash: string }> {
  if (receipt === null) throw new Error('there is no receipt');
  const { rows } = await log.query<{ canonical: string; leaf: string }>(
    `select canonical, encode(leaf_hash, 'hex') as leaf from querylog.entry where seq = $1`,
    [BigInt(receipt.index)],
  );
  const row = rows[0];
  if (row === undefined) throw new Error(`the log has no entry ${receipt.index}`);
  return { entry: JSON.parse(row.canonical) as QueryLogEntry, leafHash: row.leaf };
}

/** Asks again and again until the answer is as wanted: for what recovers in its own time. Rejects after half a minute. */
export async function askUntil(
  deployment: Deployment,
  question: Question,
  isAsWanted: (answer: Answered) => boolean,
): Promise<Answered> {
  const until = Date.now() + 30_000;
  for (;;) {
    const answer = await ask(deployment, question);
    if (isAsWanted(answer)) return answer;
    if (Date.now() > until) throw new Error(`never as wanted; at last: ${answer.status} ${answer.text}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
