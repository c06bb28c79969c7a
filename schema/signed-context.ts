import type { Credentials } from './authorization-terms.ts';

/** The departments of the spine; also the names of their subgraphs, folders and (with `_` for `-`) database schemas. */
export const DEPARTMENTS = ['registry', 'licensing', 'penalties', 'tax', 'social-security', 'utilities'] as const;
export type Department = (typeof DEPARTMENTS)[number];

/** Subgraphs of the gateway's own, over its own database: no department answers for them, and nobody asks as one of them. */
export const GATEWAY_SUBGRAPHS = ['querylog', 'oversight', 'authorizations', 'operations'] as const;
export type GatewaySubgraph = (typeof GATEWAY_SUBGRAPHS)[number];

/** Whether the code is that of a subgraph of the gateway's own. */
export function isGatewaySubgraph(code: string | null): code is GatewaySubgraph {
  return GATEWAY_SUBGRAPHS.some((name) => name === code);
}

/** Kinds of callers. */
export const ACTORS = ['DEPARTMENT', 'CREDIT_OFFICE', 'AUDITOR', 'BANK', 'SUBJECT', 'PUBLIC'] as const;
export type Actor = (typeof ACTORS)[number];

/**
 * What the gateway tells a department about the caller, signed (ES256) in the `x-xinqiao-context` header.
 * A department answers nothing without it. No identifier, token or variable is ever in it.
 */
export interface SignedContext {
  /** The department it is for (`aud`). */
  audience: string;
  actor: Actor;
  /** Code of the caller's organisation; empty for the public. */
  organization: string;
  /** The caller's department, where it is one of those with a subgraph. */
  department?: string;
  purpose: string;
  /** Opaque id of the subject the caller is (actor SUBJECT). */
  subject?: string;
  /** What the subject's authorization covers, where the caller asks by one: the owner tells no more than that. */
  authorization?: AuthorizedData;
  /** Work account that asks, and the case it asks for: for the gateway's own subgraphs alone, which put acts on record. */
  operator?: string;
  matter?: string;
  /** What the token proves of whoever acts: for the gateway's own subgraphs alone. */
  credentials?: Credentials;
}

/** The part of a subject's data that an authorization covers. */
export interface AuthorizedData {
  /** City dates, both inclusive: what lies outside, or reaches out of it, is not covered. */
  from: string;
  to: string;
  categories: readonly string[];
  /** Coordinates of fields; all of the categories without. */
  fields?: readonly string[];
}

/** Header that carries the signed context. */
export const CONTEXT_HEADER = 'x-xinqiao-context';
/** The longest a signed context may live, in seconds. */
export const CONTEXT_MAX_AGE_SECONDS = 60;
/** The issuer every signed context names. */
export const CONTEXT_ISSUER = 'xinqiao-gateway';
/**
 * Purpose of the conformance test (`xinqiao subgraph check`). A department answers it with its description and with how
 * many SQL statements an operation cost, never with a record; no policy may use the code.
 */
export const CONFORMANCE_PURPOSE = 'CONFORMANCE_CHECK';
