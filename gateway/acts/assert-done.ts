import { codeOf, type ErrorCode, GatewayError } from '../errors.ts';
import type { DisclosurePlan } from '../disclosure/disclosure.ts';
import type { CompletedAnswer } from '../execution/execution.ts';

/** Codes after which nobody can tell whether the act was done: its answer got lost, not the act. */
const UNCERTAIN: ReadonlySet<ErrorCode> = new Set(['DEPARTMENT_UNAVAILABLE', 'LOG_UNAVAILABLE']);

/**
 * An act that failed is refused with its code, like any other stage; where there is no act, or it was done, nothing happens.
 * @throws {GatewayError} the act's own code, ACT_UNCERTAIN when its answer was lost.
 */
export function assertDone({ failures }: Pick<CompletedAnswer, 'failures'>, { acts }: Pick<DisclosurePlan, 'acts'>): void {
  if (!acts) return;
  // Deeper failures are in what is shown of the result: the act itself was done.
  const failure = failures.find(({ path }) => path.length <= 1);
  if (failure === undefined) return;
  throw UNCERTAIN.has(failure.code) ? new GatewayError('ACT_UNCERTAIN') : new GatewayError(failure.code, failure.details);
}

/** What went wrong after an act was answered for: where that cannot be put on record, the act may have been done all the same, and to try again would be wrong. */
export function afterAct(error: unknown, isAnswered: boolean, plan: Pick<DisclosurePlan, 'acts'> | undefined): unknown {
  const isLost = isAnswered && plan?.acts === true && codeOf(error) === 'LOG_UNAVAILABLE';
  return isLost ? new GatewayError('ACT_UNCERTAIN', {}, { cause: error }) : error;
}
