import type { QueryLogEntry, Readable, SealedReferences } from './entry.ts';

/** Whose text it is: the operator's name, what the matter is about, the subject's name as it was shown. */
export type SealedKind = 'OPERATOR' | 'MATTER' | 'SUBJECT';

/** A text as it is kept beside the log. */
export interface SealedText {
  kind: SealedKind;
  /** The opaque id it is found and erased by: `organization/account`, the case number, or the subject's id. */
  owner: string;
  /** First day of the month (UTC) of the entries that refer to it, `YYYY-MM-01`. */
  month: string;
  /** SHA-256 of `sealed`: what entries refer to it by, and no help in guessing the text. */
  hash: Uint8Array;
  keyId: string;
  sealed: Uint8Array;
}

/** What goes with one entry. */
export interface Sealing {
  references: SealedReferences;
  /** Those that may not be kept yet: they are written with the entry or not at all. */
  texts: readonly SealedText[];
  /** To be told once they are. */
  durable(): void;
}

/** Seals what a person could read of a look; undefined where there is nothing. */
export type SealReadable = (entry: QueryLogEntry, readable: Readable) => Sealing | undefined;
