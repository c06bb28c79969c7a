/** A look in so far as rules may speak of it. */
export interface LookUnderRules {
  /** RFC 3339 UTC. */
  time: string;
  organization: string;
  purpose: string | null;
  matter: string | null;
}

/** Why and until when a look is kept from the subject. */
export interface Seal {
  /** City date on which it opens. */
  unsealsOn: string;
  basis: readonly string[];
}

/** What the subgraph is told by the gateway, whose log it reads: the policies' rules and the log's name. */
export interface LogReading {
  /** Name of the log, part of every receipt. */
  origin: string;
  /** The purpose in plain words (名称), as of the look's day; undefined for a code that no policy knew. */
  purposeName(look: Pick<LookUnderRules, 'time' | 'purpose'>): string | undefined;
  /** The seal that keeps the look from its subject today; null when it may be told. */
  sealOf(look: LookUnderRules): Seal | null;
  /** The newest checkpoint; null before the first. */
  checkpoint(): Promise<LogCheckpoint | null>;
  /** Hashes of a proof, from the leaf up; null when the log never had that size, or not that entry. */
  inclusionProof(index: bigint, treeSize: bigint): Promise<readonly Uint8Array[] | null>;
  consistencyProof(from: bigint, to: bigint): Promise<readonly Uint8Array[] | null>;
}

/** What the log signed of itself. */
export interface LogCheckpoint {
  origin: string;
  size: bigint;
  root: Uint8Array;
  note: string;
  verifierKeys: readonly string[];
}
