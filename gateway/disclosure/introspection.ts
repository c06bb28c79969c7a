import { GatewayError } from '../errors.ts';
import type { Caller } from '../identity/caller.ts';
import type { DisclosurePlan } from './disclosure.ts';

/**
 * The shape of the schema is nobody's personal data, but a map for an attacker: outside development only callers whose
 * token marks them as developers may read it.
 * @throws {GatewayError} INTROSPECTION_FORBIDDEN.
 */
export function assertIntrospectionAllowed(
  plan: Pick<DisclosurePlan, 'introspects'>,
  caller: Pick<Caller, 'developer'>,
  open: boolean,
): void {
  if (plan.introspects && !open && !caller.developer) throw new GatewayError('INTROSPECTION_FORBIDDEN');
}
