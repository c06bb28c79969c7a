import type { Queryable } from '../../database/db.ts';
import type { Treatment } from '../../policies/treatment.ts';
import type { Actor } from '../../schema/signed-context.ts';
import type { ErrorCode } from '../errors.ts';
import type { Act } from './act.ts';

/** What became of a query; ACTED is no query but what a request changed, on record together with the change. */
export type Decision = 'RELEASED' | 'REFUSED' | 'FAILED' | 'ACTED';

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
  /** Ids of the subjects' authorizations that a release stands on, or that a refused caller presented as its own; absent = none was. */
  authorizations?: readonly string[];
  /** What was changed, where the decision is ACTED. */
  act?: Act;
  /** What is kept sealed beside the log of this look, where anything is. */
  sealed?: SealedReferences;
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

/**
 * Names of what a person may have to read of a look and the log must not hold: each is the SHA-256 (hex) of the sealed text. Erasing the
 * text leaves its name here, which nothing can be guessed from, so that every proof stays valid.
 */
export interface SealedReferences {
  operator?: string;
  matter?: string;
  subjects?: readonly string[];
}

/** What a person could read of a look. It goes beside the log, sealed, and is no part of the entry. */
export interface Readable {
  /** Display name of the operator. */
  operatorName?: string;
  /** What the case is about. */
  matterText?: string;
  /** Names of subjects as they were shown, by id. */
  subjectNames?: ReadonlyMap<string, string>;
}

/** An entry on its way to the log, with what goes beside it. */
export type NewEntry = QueryLogEntry & { readable?: Readable };

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
  /**
   * Resolves once the entry is durable; rejects with LOG_UNAVAILABLE when it may not be, with QUERY_TOO_COSTLY when it is too long.
   * What is `alongside` happens with the entry or not at all; when it rejects, the entry is not written and `append` rejects with that.
   */
  append(entry: NewEntry, alongside?: Alongside): Promise<Receipt>;
}

/**
 * A change of state in the transaction that appends an entry, with the end of the log held: all such changes, whichever gateway
 * makes them, happen one after another and in the order of their entries. It must send SQL to that transaction alone, and little.
 */
export type Alongside = (tx: Queryable) => Promise<void>;
