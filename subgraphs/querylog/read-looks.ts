import type { Queryable } from '../../database/db.ts';

/** An entry of the log as its canonical JSON says it; only what is read here. */
export interface LoggedLook {
  time: string;
  requestId: string;
  caller: { actor: string; organization: string; department?: string; operator?: string; subject?: string } | null;
  purpose: string | null;
  matter: string | null;
  policyHash: string;
  operation: { hash: string; name: string | null };
  subjects: { asked: readonly string[]; returned: readonly string[] };
  fields: readonly { coordinate: string; treatment: string; count: number }[];
  authorizations?: readonly string[];
  act?: { kind: string; object: string; digest?: string };
  departments: readonly string[];
  unavailable: readonly string[];
  decision: string;
  code: string | null;
  count?: number;
  durationMs: number;
}

/** An entry with its place in the log. */
export interface PlacedLook {
  seq: bigint;
  leafHash: string;
  look: LoggedLook;
}

/** The entries at the positions, in their order. What was archived and taken out of the log since is left out. */
export async function readLooks(db: Queryable, positions: readonly bigint[]): Promise<PlacedLook[]> {
  if (positions.length === 0) return [];
  const { rows } = await db.query<{ seq: bigint; leaf_hash: Uint8Array; canonical: string }>(
    // By time as well: the log is partitioned by it.
    `SELECT e.seq, e.leaf_hash, e.canonical FROM audit.look l JOIN querylog.entry e ON e.seq = l.seq AND e.at = l.at
     WHERE l.seq = ANY($1::bigint[])`,
    [positions],
  );
  const placed = new Map(
    rows.map(({ seq, leaf_hash, canonical }) => [seq, { seq, leafHash: hex(leaf_hash), look: parsed(canonical) }]),
  );
  return positions.flatMap((seq) => placed.get(seq) ?? []);
}

/** What a receipt of the entry says. */
export function receiptOf({ seq, leafHash }: PlacedLook, origin: string) {
  return { origin, index: seq.toString(), leafHash };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function parsed(canonical: string): LoggedLook {
  return JSON.parse(canonical) as LoggedLook;
}
