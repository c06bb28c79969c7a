import type { PolicySet, PurposeRules } from '../../policies/policy-set.ts';
import type { Clock } from '../../schema/city-clock.ts';
import { cityToday } from '../../schema/city-clock.ts';
import type { SubjectId } from '../../schema/identifiers/subject-id.ts';
import { isSubjectId } from '../../schema/identifiers/subject-id.ts';
import type { Disclosure } from '../disclosure/disclosure.ts';
import { GatewayError } from '../errors.ts';
import type { Caller } from '../identity/caller.ts';
import type { DeclaredPurpose } from '../purpose/declared-purpose.ts';
import type { Quotas } from './quotas.ts';

/** Leave to execute one query. */
export interface Grant {
  /**
   * Settles what was found out only by asking (a search, an old number, a predecessor): call it with the subjects in the
   * answer before the answer is logged. Rejects with PURPOSE_FORBIDDEN or RATE_LIMITED, and then nothing may leave.
   */
  settle(returned: readonly SubjectId[]): Promise<void>;
}

/**
 * Counts a request for a declared purpose, before it costs any work. Rejects with RATE_LIMITED (with `retryAfterSeconds`), or
 * PURPOSE_UNKNOWN (ended since it was declared).
 */
export type Admit = (caller: Caller, purpose: DeclaredPurpose, policy: Pick<PolicySet, 'purpose'>) => Promise<void>;

/**
 * Whether this caller may ask about these subjects now. Rejects with SUBJECTS_TOO_MANY (with the limit),
 * PURPOSE_FORBIDDEN (somebody else's data where only one's own may be asked for), AUTHORIZATION_REQUIRED, PURPOSE_UNKNOWN
 * (ended since it was declared) or RATE_LIMITED (with `retryAfterSeconds`).
 */
export type Authorize = (
  disclosure: Pick<Disclosure, 'asked'>,
  caller: Caller,
  purpose: DeclaredPurpose,
  policy: Pick<PolicySet, 'purpose'>,
) => Promise<Grant>;

/** What both halves of the stage need. */
interface Parts {
  quotas: Quotas;
  clock: Clock;
}

/** Makes the first half of the authorization stage: whoever has used up the requests of the hour is not planned for any more. */
export function createAdmit({ quotas, clock }: Parts): Admit {
  return async (caller, { code }, policy) => quotas.spendRequest(caller, purposeInForce(code, policy, clock));
}

/** Makes the other half. Cheap refusals come first, so that a query refused for its form costs no quota of subjects. */
export function createAuthorize({ quotas, clock }: Parts): Authorize {
  return async ({ asked }, caller, { code }, policy) => {
    const purpose = purposeInForce(code, policy, clock);
    assertFewEnough(asked, purpose);
    if (purpose.requires.self || caller.actor === 'SUBJECT') assertOnlyItself(caller, asked);
    settleAuthorizations(purpose);
    const counted = new Set(asked.filter(isSubjectId));
    await quotas.spendSubjects(caller, purpose, [...counted]);
    return {
      async settle(returned) {
        // Should every earlier stage have failed, a subject's answer still shows nobody else.
        if (caller.actor === 'SUBJECT') assertOnlyItself(caller, returned);
        await quotas.spendSubjects(
          caller,
          purpose,
          returned.filter((id) => !counted.has(id)),
        );
      },
    };
  };
}

function purposeInForce(code: string, policy: Pick<PolicySet, 'purpose'>, clock: Clock): PurposeRules {
  const purpose = policy.purpose(code, cityToday(clock));
  if (purpose === undefined) throw new GatewayError('PURPOSE_UNKNOWN');
  return purpose;
}

function assertFewEnough(asked: readonly SubjectId[], { limits: { subjectsPerRequest } }: PurposeRules): void {
  if (subjectsPerRequest === undefined || new Set(asked).size <= subjectsPerRequest) return;
  throw new GatewayError('SUBJECTS_TOO_MANY', { limit: subjectsPerRequest });
}

/** An old registration number is not resolved yet and so counts as somebody else: a subject asks by its code. */
function assertOnlyItself({ subject }: Caller, subjects: readonly SubjectId[]): void {
  if (subjects.some((id) => id !== subject)) throw new GatewayError('PURPOSE_FORBIDDEN');
}

/**
 * Where the subject's authorization will be looked up and used. Until authorizations exist nobody can hold one: a purpose
 * that needs one passes, because its policy withholds everything that is not public.
 */
function settleAuthorizations({ requires: { authorization } }: PurposeRules): void {
  switch (authorization) {
    case 'none':
    case 'subject':
      return;
    default:
      throw new GatewayError('AUTHORIZATION_REQUIRED');
  }
}
