import type { AuthorizationState } from '../../schema/authorization-terms.ts';

/** What can happen to an authorization. The last four only time, use or the grantee's attestation bring about. */
export type AuthorizationEvent = 'GRANT' | 'DECLINE' | 'REVOKE' | 'LAPSE' | 'EXPIRE' | 'EXHAUST' | 'SUSPEND';

const NEXT: Readonly<Partial<Record<AuthorizationState, Readonly<Partial<Record<AuthorizationEvent, AuthorizationState>>>>>> = {
  REQUESTED: { GRANT: 'ACTIVE', DECLINE: 'DECLINED', LAPSE: 'LAPSED' },
  ACTIVE: { REVOKE: 'REVOKED', EXPIRE: 'EXPIRED', EXHAUST: 'EXHAUSTED', SUSPEND: 'SUSPENDED' },
};

/** The state after an event; undefined where it cannot happen. What is absent above absorbs: nothing leaves it. */
export function after(state: AuthorizationState, event: AuthorizationEvent): AuthorizationState | undefined {
  return NEXT[state]?.[event];
}

/** What tells whether time or use has ended an authorization; instants are RFC 3339 UTC. */
export interface Standing {
  state: AuthorizationState;
  lapsesAt: string;
  expiresAt: string;
  settled: number;
  maxUses: number;
}

/**
 * What has already happened, whether or not anybody has put it on record: an authorization is judged by this, never by its row.
 * `now` in milliseconds since the epoch.
 */
export function dueEvent(
  { state, lapsesAt, expiresAt, settled, maxUses }: Standing,
  now: number,
): AuthorizationEvent | undefined {
  if (state === 'REQUESTED' && Math.min(Date.parse(lapsesAt), Date.parse(expiresAt)) <= now) return 'LAPSE';
  if (state === 'ACTIVE' && settled >= maxUses) return 'EXHAUST';
  if (state === 'ACTIVE' && Date.parse(expiresAt) <= now) return 'EXPIRE';
  return undefined;
}

/** The state at an instant, in milliseconds since the epoch. */
export function stateAt(standing: Standing, now: number): AuthorizationState {
  const due = dueEvent(standing, now);
  return (due && after(standing.state, due)) ?? standing.state;
}
