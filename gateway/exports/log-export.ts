import type { Queryable } from '../../database/db.ts';

/** Of these members all that are given must hold; what they mean is the query log's list's to say. */
export type ExportFilter = Readonly<Record<string, string>>;

/** How an export is written. */
export type ExportFormat = 'CSV' | 'JSONL';

/** Where an export stands. */
export type ExportState = 'QUEUED' | 'RUNNING' | 'READY' | 'FAILED' | 'EXPIRED';

/** One export as the table has it. Instants are RFC 3339 UTC, `bytes` those of the whole file, `parts` those that are made. */
export interface LogExport {
  id: string;
  state: ExportState;
  failure: 'TOO_MANY_ROWS' | 'INTERNAL' | null;
  format: ExportFormat;
  filter: string;
  reason: string;
  organization: string;
  operator: string | null;
  purpose: string;
  matter: string | null;
  requestedAt: string;
  logSize: bigint;
  mostRows: number;
  rowsPerPart: number;
  days: number;
  keyId: string;
  treeSize: bigint | null;
  firstSeq: bigint | null;
  root: Uint8Array | null;
  rowsTotal: number | null;
  rowsDone: number;
  lastSeq: bigint | null;
  parts: number;
  bytes: bigint;
  attempts: number;
  sha256: string | null;
  readyAt: string | null;
  expiresAt: string | null;
}

/** Reads exports: `rest` is what follows FROM and its alias `e`. Rejects with `DatabaseError`. */
export async function readExports(
  db: Queryable,
  rest: string,
  params: Parameters<Queryable['query']>[1] = [],
): Promise<LogExport[]> {
  const { rows } = await db.query(`SELECT ${COLUMNS} FROM exports.export e ${rest}`, params);
  return rows as unknown as LogExport[];
}

const COLUMNS = `e.id, e.state, e.failure, e.format, e.filter, e.reason, e.organization, e.operator, e.purpose, e.matter,
  e.requested_at AS "requestedAt", e.log_size AS "logSize", e.most_rows AS "mostRows", e.rows_per_part AS "rowsPerPart", e.days,
  e.key_id AS "keyId", e.tree_size AS "treeSize", e.first_seq AS "firstSeq", e.root, e.rows_total AS "rowsTotal", e.rows_done AS "rowsDone",
  e.last_seq AS "lastSeq", e.parts, e.bytes, e.attempts, e.sha256, e.ready_at AS "readyAt", e.expires_at AS "expiresAt"`;
