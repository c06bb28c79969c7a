import type { PolicySet } from '../../policies/policy-set.ts';
import { cityToday } from '../../schema/city-clock.ts';
import { GatewayError } from '../errors.ts';
import type { DeclaredPurpose } from '../purpose/declared-purpose.ts';
import type { CompletedAnswer } from './execution.ts';

/**
 * A purpose may name departments it must consult (必要参考, notice S3 §6): where one of those asked did not answer or
 * refused to, a partial answer would mislead, so the whole query fails.
 * @throws {GatewayError} REFERENCE_UNAVAILABLE, naming the departments.
 */
export function assertReferencesAnswered(
  answer: Pick<CompletedAnswer, 'unavailable' | 'failures'>,
  purpose: DeclaredPurpose,
  { policy, receivedAt }: { policy: Pick<PolicySet, 'purpose'>; receivedAt: number },
): void {
  const date = cityToday(() => receivedAt);
  const required = policy.purpose(purpose.code, date)?.requiredDepartments ?? [];
  const refused = answer.failures.filter(({ code }) => code === 'DEPARTMENT_REFUSED').map(({ department }) => department);
  const missing = new Set([...answer.unavailable, ...refused]);
  const departments = required.filter((department) => missing.has(department));
  if (departments.length > 0) throw new GatewayError('REFERENCE_UNAVAILABLE', { departments });
}
