import { GatewayError } from '../errors.ts';
import { isAccount } from '../identity/claims.ts';

/** What can be suspended; a client is a work account of an organisation. */
export type SuspensionKind = 'CLIENT' | 'ORGANIZATION' | 'PURPOSE' | 'DEPARTMENT';

/** One suspension. Instants are RFC 3339 UTC. */
export interface Suspension {
  id: string;
  kind: SuspensionKind;
  target: string;
  operator: string | null;
  reason: string;
  since: string;
  suspendedBy: string;
  until: string | null;
  resumedBy: string | null;
  resumeReason: string | null;
}

/** What is to be suspended, as it is asked for: one member, or an organisation with an operator of it. */
export interface SuspensionTarget {
  organization?: string | null;
  operator?: string | null;
  purpose?: string | null;
  department?: string | null;
}

/** What a target names, in one form. */
export type Named = Pick<Suspension, 'kind' | 'target' | 'operator'>;

/** Reads a target. @throws {GatewayError} INPUT_INVALID unless it names exactly one, as callers are named: else, suspended, it would stop no request. */
export function readTarget({ organization, operator, purpose, department }: SuspensionTarget): Named {
  const named = [organization, purpose, department].filter((name) => name != null);
  const [target] = named;
  const isNobody = [organization, operator].some((name) => name != null && !isAccount(name));
  if (target == null || named.length !== 1 || isNobody || (operator != null && target !== organization))
    throw new GatewayError('INPUT_INVALID', { argument: 'target' });
  if (purpose != null) return { kind: 'PURPOSE', target, operator: null };
  if (department != null) return { kind: 'DEPARTMENT', target, operator: null };
  return operator == null ? { kind: 'ORGANIZATION', target, operator: null } : { kind: 'CLIENT', target, operator };
}
