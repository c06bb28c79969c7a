import type { PolicySet } from '../../policies/policy-set.ts';
import { matterType } from './matter-type.ts';
import type { ReviewedLook } from './reviewed-look.ts';

/**
 * Whether a look explains itself: its purpose was in force and open to the caller, its case number is there where the purpose asks
 * for one and is of a type that serves it, and it names an authorization where the purpose needs one. Pure.
 */
export function explainsItself({ entry, day }: ReviewedLook, policy: PolicySet): boolean {
  const { caller, purpose: code, matter, authorizations = [] } = entry;
  const purpose = code === null ? undefined : policy.purpose(code, day);
  if (purpose === undefined || caller === null || !purpose.actors.includes(caller.actor)) return false;
  if (purpose.requires.authorization === 'subject' && authorizations.length === 0) return false;
  if (matter === null) return !purpose.requires.matter;
  const { matterTypes } = policy.source.review;
  return (
    matterTypes.length === 0 || (matterType(matter, matterTypes)?.purposes.includes(purpose.code) ?? !purpose.requires.matter)
  );
}
