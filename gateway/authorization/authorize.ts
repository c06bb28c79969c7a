import type { Queryable } from '../../database/db.ts';
import type { PolicySet, PurposeRules } from '../../policies/policy-set.ts';
import type { Clock } from '../../schema/city-clock.ts';
import { cityToday } from '../../schema/city-clock.ts';
import type { SubjectId } from '../../schema/identifiers/subject-id.ts';
import { countQuestions } from '../authorizations/count-questions.ts';
import { reserveUse, returnUse, settleUse } from '../authorizations/uses.ts';
import type { Disclosure } from '../disclosure/disclosure.ts';
import { GatewayError } from '../errors.ts';
import type { Caller } from '../identity/caller.ts';
import type { DeclaredPurpose } from '../purpose/declared-purpose.ts';
import type { Alongside } from '../querylog/entry.ts';
import type { Budget } from './budget.ts';
import type { PresentedAuthorization } from './present-authorization.ts';
import type { Quotas } from './quotas.ts';

/** Leave to execute one query. */
export interface Grant {
  /**
   * Settles what was found out only by asking (a search, an old number, a predecessor): call it with the subjects in the
   * answer before the answer is logged. Rejects with PURPOSE_FORBIDDEN or AUTHORIZATION_SUBJECT_MISMATCH, and then nothing may leave.
   */
  settle(returned: readonly SubjectId[]): Promise<void>;
  /** Spends the use of an authorization in the transaction that appends the release; rejects there with AUTHORIZATION_ENDED or THRESHOLDS_EXHAUSTED. */
  release?: Alongside;
  /** Gives the use back when nothing left. Never rejects: what cannot be given back now is when its time is over. */
  undo(): Promise<void>;
}

/** Opens the budget of a request for a declared purpose. @throws {GatewayError} PURPOSE_UNKNOWN (ended since it was declared). */
export type Admit = (caller: Caller, purpose: DeclaredPurpose, policy: Pick<PolicySet, 'purpose'>) => Budget;

/**
 * Whether this caller may ask about these subjects now. With an authorization, one use of it is reserved. Rejects with
 * PURPOSE_FORBIDDEN (somebody else's data where only one's own may be asked for), AUTHORIZATION_REQUIRED, PURPOSE_UNKNOWN (ended
 * since it was declared) or the codes AUTHORIZATION_… of `authorizations/uses.ts`.
 */
export type Authorize = (
  disclosure: Pick<Disclosure, 'asked' | 'questions'>,
  asking: Asking,
  policy: Pick<PolicySet, 'purpose'>,
) => Promise<Grant>;

/** Who asks, why, by which authorization. */
export interface Asking {
  requestId: string;
  caller: Caller;
  purpose: DeclaredPurpose;
  authorization?: PresentedAuthorization;
}

/** Makes the stage that counts. */
export function createAdmit({ quotas, clock }: { quotas: Pick<Quotas, 'open'>; clock: Clock }): Admit {
  return (caller, { code }, policy) => quotas.open(caller, purposeInForce(code, policy, clock));
}

/** Makes the stage that decides, on rights alone: what is counted is a {@link Budget}'s. */
export function createAuthorize({ db, clock }: { db: Queryable; clock: Clock }): Authorize {
  return async (disclosure, asking, policy) => {
    const { asked } = disclosure;
    const { caller, authorization } = asking;
    const purpose = purposeInForce(asking.purpose.code, policy, clock);
    if (purpose.requires.self || caller.actor === 'SUBJECT') assertOnlyItself(caller, asked);
    if (authorization !== undefined) return useAuthorization(disclosure, { ...asking, authorization }, { db, clock, purpose });
    if (purpose.requires.authorization !== 'none') throw new GatewayError('AUTHORIZATION_REQUIRED');
    return {
      async settle(returned) {
        // Should every earlier stage have failed, a subject's answer still shows nobody else.
        if (caller.actor === 'SUBJECT') assertOnlyItself(caller, returned);
      },
      undo: async () => {},
    };
  };
}

function purposeInForce(code: string, policy: Pick<PolicySet, 'purpose'>, clock: Clock): PurposeRules {
  const purpose = policy.purpose(code, cityToday(clock));
  if (purpose === undefined) throw new GatewayError('PURPOSE_UNKNOWN');
  return purpose;
}

/** An old registration number is not resolved yet and so counts as somebody else: a subject asks by its code. */
function assertOnlyItself({ subject }: Caller, subjects: readonly SubjectId[]): void {
  if (subjects.some((id) => id !== subject)) throw new GatewayError('PURPOSE_FORBIDDEN');
}

/**
 * Reserves a use of the authorization for exactly its subject: whom a query asks about is known from its governed arguments, so that
 * nothing can be looked for by it, and nobody else can come back.
 */
async function useAuthorization(
  { asked, questions }: Pick<Disclosure, 'asked' | 'questions'>,
  { requestId, caller, purpose: declared, authorization }: Asking & { authorization: PresentedAuthorization },
  { db, clock, purpose }: { db: Queryable; clock: Clock; purpose: PurposeRules },
): Promise<Grant> {
  const { id, subject } = authorization;
  if (asked.length === 0 || asked.some((each) => each !== subject)) throw new GatewayError('AUTHORIZATION_SUBJECT_MISMATCH');
  const use = await reserveUse(db, {
    authorization: id,
    requestId,
    grantee: caller.organization,
    keyThumbprint: caller.keyThumbprint,
    purpose: purpose.code,
    matter: declared.matter,
    subject,
    now: clock(),
  });
  // Reserved from here on: dying now leaves a use that counts until its time is over, never one too many.
  return {
    async settle(returned) {
      if (returned.some((each) => each !== subject)) throw new GatewayError('AUTHORIZATION_SUBJECT_MISMATCH');
    },
    async release(tx) {
      const now = clock();
      await settleUse(tx, use, now);
      await countQuestions(tx, { authorization: id, questions, limit: purpose.limits.thresholdsPerAuthorization ?? 0, now });
    },
    undo: () => returnUse(db, use, clock()).catch(() => {}),
  };
}
