import type { Treatment } from '../../policies/treatment.ts';
import type { Actor } from '../../schema/signed-context.ts';
import type { ErrorCode } from '../errors.ts';

/** What became of a query. */
export type Decision = 'RELEASED' | 'REFUSED' | 'FAILED';

/**
 * One look, as it is kept: who, why, at whom, at which fields, with what result.
 * Opaque ids and field names only: never a value, a variable or a token.
 */
export interface QueryLogEntry {
  /** Format of the entry. */
  version: 1;
  /** RFC 3339 UTC, milliseconds. */
  time: string;
  requestId: string;
  /** Null where nobody could be established: no token that may be believed, so not even the public. */
  caller: { actor: Actor; organization: string; department?: string; operator?: string; subject?: string } | null;
  purpose: string | null;
  matter: string | null;
  /** SHA-256 (hex) of the policy set that decided. */
  policyHash: string;
  /** No hash where a request was refused before it had a document. */
  operation: { hash: string | null; name: string | null };
  /** Opaque ids: those asked for and those in the answer. */
  subjects: { asked: readonly string[]; returned: readonly string[] };
  /** Coordinates touched, their treatment, and how many non-null values left with it. */
  fields: readonly { coordinate: string; treatment: Treatment; count: number }[];
  /** Ids of the subjects' authorizations the release stands on; absent = none was needed. */
  authorizations?: readonly string[];
  /** Departments the query was sent to, and those of them that did not answer. */
  departments: readonly string[];
  unavailable: readonly string[];
  decision: Decision;
  /** Why it was refused or failed. */
  code: ErrorCode | null;
  /**
   * How many refusals the entry stands for, where there are several (`refusal-log.ts`): all else in it is the last one's.
   * Absent = 1, which it is for everything that reached a subject or a field.
   */
  count?: number;
  /** From the request's arrival to the entry, in milliseconds. */
  durationMs: number;
}

/** Stands in columns, tables and metrics for a caller that could not be established. */
export const UNKNOWN_ACTOR = 'UNKNOWN';

/** Proof that an entry is durable; travels in the answer. */
export interface Receipt {
  /** Name of the log. */
  origin: string;
  /** Position in the log, from 0, as decimal text (it may exceed 2^53). */
  index: string;
  /** SHA-256 (hex) over 0x00 and the entry's canonical JSON (RFC 8785, RFC 6962 leaf). */
  leafHash: string;
}

/** The query log as the flow uses it. */
export interface QueryLog {
  /** Resolves once the entry is durable; rejects with LOG_UNAVAILABLE when it may not be, with QUERY_TOO_COSTLY when it is too long. */
  append(entry: QueryLogEntry): Promise<Receipt>;
}
