import type { PolicySet } from '../policies/policy-set.ts';
import type { SubjectId } from '../schema/identifiers/subject-id.ts';
import { afterAct, assertDone } from './acts/assert-done.ts';
import type { Admit, Asking, Authorize, Grant } from './authorization/authorize.ts';
import type { Budget } from './authorization/budget.ts';
import type { PresentAuthorization, PresentedAuthorization } from './authorization/present-authorization.ts';
import { whomFound } from './authorization/whom-found.ts';
import { desensitize } from './desensitization/desensitize.ts';
import type { Disclosure } from './disclosure/disclosure.ts';
import { assertIntrospectionAllowed } from './disclosure/introspection.ts';
import type { Editions } from './editions/editions.ts';
import { codeOf, GatewayError, isRefusal } from './errors.ts';
import type { Execution, RawAnswer } from './execution/execution.ts';
import { assertReferencesAnswered } from './execution/required-references.ts';
import type { Authenticate } from './identity/authenticate.ts';
import type { Caller } from './identity/caller.ts';
import type { Registered } from './operations/registered.ts';
import { declarePurpose } from './purpose/declare-purpose.ts';
import type { DeclaredPurpose } from './purpose/declared-purpose.ts';
import type { QueryLog } from './querylog/entry.ts';
import { releaseEntry } from './querylog/make-entry.ts';
import type { RefusalLog } from './querylog/refusal-log.ts';
import type { QueryRequest } from './request.ts';
import type { Suspended } from './suspension/suspended.ts';
import { type FlowResponse, respond, respondRefusal } from './respond/respond.ts';

/** The stages, as the edge put them together. */
export interface Gateway {
  editions: Pick<Editions, 'current' | 'of'>;
  authenticate: Authenticate;
  suspended: Pick<Suspended, 'assertNot'>;
  admit: Admit;
  registered: Registered;
  presentAuthorization: PresentAuthorization;
  authorize: Authorize;
  queryLog: QueryLog;
  refusalLog: RefusalLog;
  /** Whether callers who are not developers may look at the schema. */
  introspectionOpen: boolean;
  clock: () => number;
  /** Told of every error that is not a code of the closed table, with the request id; it must not throw. */
  reportUnexpected: (error: unknown, requestId: string) => void;
}

/** What is known of a query so far; a refusal at any stage is logged with it. */
export interface Look {
  request: QueryRequest;
  policy: PolicySet;
  caller?: Caller;
  purpose?: DeclaredPurpose;
  budget?: Budget;
  authorization?: PresentedAuthorization | undefined;
  disclosure?: Disclosure;
  grant?: Grant;
  answer?: Pick<RawAnswer, 'departments' | 'unavailable'>;
}

/**
 * The whole system on one screen: every query takes these stages in this order, and any of them may refuse.
 * One edition decides the whole query, whatever is reloaded meanwhile. No receipt, no answer.
 */
export async function answerQuery(request: QueryRequest, gateway: Gateway): Promise<FlowResponse> {
  const { policy, planDisclosure, execution } = gateway.editions.of(request.schema);
  const look: Look = { request, policy };
  try {
    const caller = (look.caller = await gateway.authenticate(request, policy));
    const purpose = (look.purpose = declarePurpose(request, caller, policy));
    gateway.suspended.assertNot(caller, purpose);
    const budget = (look.budget = gateway.admit(caller, purpose, policy));
    await budget.request();
    gateway.registered.assertMayRun(request, { caller, purpose }, policy);
    const authorization = (look.authorization = await gateway.presentAuthorization(request, { caller, purpose }, policy));
    const asking = { requestId: request.id, caller, purpose, ...(authorization && { authorization }) };
    const disclosure = (look.disclosure = planDisclosure(request, asking, policy));
    assertIntrospectionAllowed(disclosure.plan, caller, gateway.introspectionOpen);
    await budget.ask(disclosure.asked);
    const grant = (look.grant = await gateway.authorize(disclosure, asking, policy));
    const answer = await execute(disclosure, asking, request, execution);
    look.answer = answer;
    const shown = desensitize(answer, disclosure.plan);
    look.answer = shown;
    assertDone(shown, disclosure.plan);
    assertReferencesAnswered(shown, purpose, { policy, receivedAt: request.receivedAt });
    await grant.settle(shown.subjects);
    await budget.settle(whomFound(shown, disclosure, policy));
    const receipt = await gateway.queryLog.append(releaseEntry(look, shown, gateway.clock()), grant.release);
    // The entry is durable from here on: dying now leaves a look on record that nobody received, never the reverse.
    return respond({ shown, plan: disclosure.plan, purpose, policy, receipt, headers: budget.headers() });
  } catch (error) {
    return refuse(afterAct(error, look.answer !== undefined, look.disclosure?.plan), look, gateway);
  }
}

function execute({ plan }: Disclosure, asking: Asking, { variables, signal }: QueryRequest, execution: Execution) {
  return execution.execute(plan.operation, variables, { signal, ...asking });
}

/** A refusal or failure goes on the log, then is answered with its code and nothing else. */
async function refuse(error: unknown, look: Look, gateway: Gateway): Promise<FlowResponse> {
  if (!(error instanceof GatewayError)) gateway.reportUnexpected(error, look.request.id);
  await look.grant?.undo();
  await look.budget?.refused(refusedSubjects(error, look));
  const answer = await refusal(error, look, gateway);
  return { ...answer, headers: { ...look.budget?.headers(), ...answer.headers } };
}

async function refusal(error: unknown, look: Look, { refusalLog }: Gateway): Promise<FlowResponse> {
  const { id } = look.request;
  if (codeOf(error) === 'LOG_UNAVAILABLE') return respondRefusal(error, null, id);
  try {
    return respondRefusal(error, await refusalLog.append(look, error), id);
  } catch (logError) {
    // That an act may have been done must be told, on record or not.
    return respondRefusal(codeOf(error) === 'ACT_UNCERTAIN' ? error : logError, null, id);
  }
}

/** Subjects that the caller may not ask about. A fault of ours and a limit that was met say nothing about them. */
function refusedSubjects(error: unknown, { disclosure }: Look): readonly SubjectId[] {
  const code = codeOf(error);
  if (!isRefusal(code) || code === 'RATE_LIMITED' || code === 'SUBJECTS_TOO_MANY') return [];
  return disclosure?.asked ?? (error instanceof GatewayError ? error.asked : []);
}
