import { UNIQUE_VIOLATION } from '../../database/database-error.ts';
import { DatabaseError, type Queryable } from '../../database/db.ts';
import { canonicalJson } from '../../policies/canonical-json.ts';
import { GatewayError } from '../errors.ts';
import type { Fingerprint } from './fingerprint.ts';
import { COLUMNS, type OperationClient, type OperationState, type RegisteredOperation, readOperation } from './operation.ts';

/** An operation as it is registered. */
export type NewOperation = OperationClient &
  Pick<RegisteredOperation, 'id' | 'hash' | 'document' | 'name' | 'purpose' | 'reason' | 'registeredAt' | 'registeredBy'>;

/** Which operations are looked for: newest first, behind the one `after`; `own` = those of one client. */
export interface Sought {
  state?: string | null;
  hash?: string | null;
  organization?: string | null;
  own?: OperationClient | null;
  first: number;
  after?: string | null;
}

/** What is decided about an operation that is in one of the states `from`. */
export interface Decision {
  from: readonly OperationState[];
  to: OperationState;
  decidedAt: string;
  decidedBy: string;
  decisionReason: string | null;
  /** Of an approval; without, what was approved last stays to be compared with. */
  approved?: Fingerprint;
  validUntil?: string;
}

/** One operation on a city date. */
export async function findOperation(db: Queryable, id: string, today: string): Promise<RegisteredOperation | undefined> {
  const { rows } = await db.query(`SELECT ${COLUMNS} FROM operations.operation WHERE id = $1`, [id]);
  return rows[0] && readOperation(rows[0], today);
}

/** Operations on a city date. */
export async function findOperations(
  db: Queryable,
  { state, hash, organization, own, first, after }: Sought,
  today: string,
): Promise<RegisteredOperation[]> {
  const { rows } = await db.query(
    `SELECT ${COLUMNS} FROM operations.operation o
     WHERE ($1::text IS NULL OR $1 = CASE WHEN state = 'APPROVED' AND valid_until < $2::date THEN 'EXPIRED' ELSE state END)
       AND ($3::text IS NULL OR hash = $3) AND ($4::text IS NULL OR organization = $4)
       AND ($5::text IS NULL OR (actor = $5 AND organization = $6))
       AND ($8::text IS NULL OR EXISTS (
         SELECT FROM operations.operation l
         WHERE l.id = $8 AND (o.registered_at < l.registered_at OR (o.registered_at = l.registered_at AND o.id > l.id))))
     ORDER BY registered_at DESC, id LIMIT $7`,
    [
      state ?? null,
      today,
      hash ?? null,
      organization ?? null,
      own?.actor ?? null,
      own?.organization ?? null,
      first,
      after ?? null,
    ],
  );
  return rows.map((row) => readOperation(row, today));
}

/** Registers an operation. Rejects with ALREADY_DONE while the same one is in review or approved for this client and purpose. */
export async function insertOperation(tx: Queryable, made: NewOperation, today: string): Promise<RegisteredOperation> {
  const { id, hash, document, name, purpose, reason, actor, organization, department, registeredAt, registeredBy } = made;
  // What has passed makes room for the same operation to be registered anew.
  await tx.query(
    `UPDATE operations.operation SET state = 'EXPIRED' WHERE state = 'APPROVED' AND valid_until < $1::date
       AND (actor, organization, purpose, hash) = ($2, $3, $4, $5) AND department IS NOT DISTINCT FROM $6`,
    [today, actor, organization, purpose, hash, department],
  );
  try {
    const { rows } = await tx.query(
      `INSERT INTO operations.operation
         (id, hash, document, name, purpose, reason, actor, organization, department, state, registered_at, registered_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'IN_REVIEW', $10, $11) RETURNING ${COLUMNS}`,
      [id, hash, document, name, purpose, reason, actor, organization, department, registeredAt, registeredBy],
    );
    return readOperation(rows[0] ?? {}, today);
  } catch (error) {
    const known = error instanceof DatabaseError && error.sqlState === UNIQUE_VIOLATION;
    throw known ? new GatewayError('ALREADY_DONE') : error;
  }
}

/** Decides. Rejects with ALREADY_DONE when it is in another state, with NOT_FOUND. */
export async function decide(tx: Queryable, id: string, decision: Decision, today: string): Promise<RegisteredOperation> {
  const { from, to, decidedAt, decidedBy, decisionReason, approved, validUntil } = decision;
  const { rows } = await tx.query(
    `UPDATE operations.operation SET state = $2, decided_at = $3, decided_by = $4, decision_reason = $5,
       approved = coalesce($6, approved), valid_until = coalesce($7::date, valid_until)
     WHERE id = $1 AND state = ANY($8::text[]) RETURNING ${COLUMNS}`,
    [id, to, decidedAt, decidedBy, decisionReason, approved ? canonicalJson(approved) : null, validUntil ?? null, from],
  );
  if (rows[0] !== undefined) return readOperation(rows[0], today);
  const { rows: known } = await tx.query('SELECT FROM operations.operation WHERE id = $1', [id]);
  throw new GatewayError(known.length > 0 ? 'ALREADY_DONE' : 'NOT_FOUND');
}
