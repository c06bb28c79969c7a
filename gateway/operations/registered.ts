import type { PolicySet } from '../../policies/policy-set.ts';
import { registrationRule } from '../../policies/registration.ts';
import { cityToday } from '../../schema/city-clock.ts';
import { GatewayError } from '../errors.ts';
import type { Caller } from '../identity/caller.ts';
import type { DeclaredPurpose } from '../purpose/declared-purpose.ts';
import type { QueryRequest } from '../request.ts';
import { disclosureOf, type Rules } from './disclosure-of.ts';
import { widened } from './fingerprint.ts';
import type { LiveOperations } from './live-operations.ts';
import { isOver, type RegisteredOperation } from './operation.ts';

/** Whether a caller may run an operation, before it is planned. */
export interface Registered {
  /**
   * Passes whoever needs no registration, and what was approved and would disclose no more today than was approved.
   * @throws {GatewayError} OPERATION_NOT_REGISTERED, OPERATION_PENDING (in review, again if it would disclose more), OPERATION_EXPIRED,
   * OPERATIONS_UNKNOWN when what is registered could not be read for five seconds.
   */
  assertMayRun(
    request: Pick<QueryRequest, 'documentHash' | 'schema' | 'receivedAt'>,
    by: { caller: Caller; purpose: DeclaredPurpose },
    policy: PolicySet,
  ): void;
}

export interface RegisteredOptions {
  operations: Pick<LiveOperations, 'find' | 'isKnown'>;
  production: boolean;
  /** Lets everybody run anything: never in production. */
  lifted: boolean;
}

/** Makes the stage. */
export function createRegistered({ operations, production, lifted }: RegisteredOptions): Registered {
  return {
    assertMayRun(request, { caller, purpose }, policy) {
      const today = cityToday(() => request.receivedAt);
      const { actor, organization, department = null } = caller;
      const rule = registrationRule(policy.source.registration, { actor, purpose: purpose.code, today, production });
      if (rule === undefined || lifted) return;
      const operation = operations.find({ actor, organization, department }, purpose.code, request.documentHash);
      const rules = { policy, schema: { apiSchema: request.schema } };
      const code = operations.isKnown() ? refusalOf(operation, rules, today) : 'OPERATIONS_UNKNOWN';
      if (code !== undefined) throw new GatewayError(code, { rule: rule.id });
    },
  };
}

/** Why an operation may not be run under these rules today; undefined when it may. */
function refusalOf(operation: RegisteredOperation | undefined, rules: Rules, today: string) {
  if (operation === undefined) return 'OPERATION_NOT_REGISTERED';
  if (operation.state === 'EXPIRED' || isOver(operation, today)) return 'OPERATION_EXPIRED';
  return operation.state === 'APPROVED' && !tellsMore(operation, rules, today) ? undefined : 'OPERATION_PENDING';
}

/**
 * Whether it would disclose more under these rules than was approved, or cannot be told: then it is refused here and now, and
 * goes back to review (`reopen-widened.ts`).
 */
export function tellsMore(operation: RegisteredOperation, rules: Rules, today: string): boolean {
  const disclosure = disclosureOf(operation, rules, today);
  return disclosure === null || widened(disclosure.fingerprint, operation.approved ?? {}).length > 0;
}
