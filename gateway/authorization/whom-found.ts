import type { PolicySet } from '../../policies/policy-set.ts';
import type { SubjectId } from '../../schema/identifiers/subject-id.ts';
import type { Disclosure } from '../disclosure/disclosure.ts';
import type { Budget } from './budget.ts';

/** Whom an answer found, and which departments failed that were to find somebody: the owners of the root's fields. */
export function whomFound(
  { subjects, unavailable }: { subjects: readonly SubjectId[]; unavailable: readonly string[] },
  { plan, asked }: Pick<Disclosure, 'plan' | 'asked'>,
  { catalogue }: Pick<PolicySet, 'catalogue'>,
): Parameters<Budget['settle']>[0] {
  const isOwner = (department: string) =>
    plan.fields.some(({ coordinate }) => catalogue.get(coordinate ?? '')?.owner === department);
  return {
    // An act that was done found whom it named, whether its answer says so again or not.
    subjects: plan.acts ? [...subjects, ...asked] : subjects,
    // What others tell of a subject finds nobody.
    unavailable: unavailable.filter(isOwner),
  };
}
