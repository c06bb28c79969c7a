import type { Actor } from '../../schema/signed-context.ts';
import type { Fingerprint } from './fingerprint.ts';

/** States of a registered operation; an approved one whose last day has passed reads as EXPIRED. */
export type OperationState = 'IN_REVIEW' | 'APPROVED' | 'EXPIRED' | 'REJECTED' | 'WITHDRAWN';

/** Who runs an operation: the kind of caller that decides what it sees. */
export interface OperationClient {
  actor: Actor;
  organization: string;
  department: string | null;
}

/** A registered operation. Instants are RFC 3339 UTC, dates the city's. */
export interface RegisteredOperation extends OperationClient {
  id: string;
  /** SHA-256 (hex) of the document. */
  hash: string;
  document: string;
  name: string;
  purpose: string;
  reason: string;
  state: OperationState;
  registeredAt: string;
  registeredBy: string;
  decidedAt: string | null;
  decidedBy: string | null;
  decisionReason: string | null;
  /** Last day of the last approval. */
  validUntil: string | null;
  /** What the last approval covers, if there was one. */
  approved: Fingerprint | null;
}

/** Columns of `operations.operation` by the names above; `approved` is canonical JSON. */
export const COLUMNS = `id, hash, document, name, purpose, reason, actor, organization, department, state,
  registered_at AS "registeredAt", registered_by AS "registeredBy", decided_at AS "decidedAt", decided_by AS "decidedBy",
  decision_reason AS "decisionReason", valid_until AS "validUntil", approved`;

/** A row of {@link COLUMNS} as an operation on a city date. */
export function readOperation(row: Record<string, unknown>, today: string): RegisteredOperation {
  const { approved, ...rest } = row as unknown as Omit<RegisteredOperation, 'approved'> & { approved: string | null };
  const operation = { ...rest, approved: approved === null ? null : (JSON.parse(approved) as Fingerprint) };
  return isOver(operation, today) ? { ...operation, state: 'EXPIRED' } : operation;
}

/** Whether its approval has passed. */
export function isOver({ state, validUntil }: Pick<RegisteredOperation, 'state' | 'validUntil'>, today: string): boolean {
  return state === 'APPROVED' && (validUntil === null || validUntil < today);
}
