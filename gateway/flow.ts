import type { PolicySet } from '../policies/policy-set.ts';
import type { Admit, Authorize } from './authorization/authorize.ts';
import { desensitize } from './desensitization/desensitize.ts';
import type { Disclosure } from './disclosure/disclosure.ts';
import { assertIntrospectionAllowed } from './disclosure/introspection.ts';
import type { Editions } from './editions/editions.ts';
import { codeOf, GatewayError } from './errors.ts';
import type { Execution, RawAnswer } from './execution/execution.ts';
import { assertReferencesAnswered } from './execution/required-references.ts';
import type { Authenticate } from './identity/authenticate.ts';
import type { Caller } from './identity/caller.ts';
import { declarePurpose } from './purpose/declare-purpose.ts';
import type { DeclaredPurpose } from './purpose/declared-purpose.ts';
import type { QueryLog } from './querylog/entry.ts';
import { releaseEntry } from './querylog/make-entry.ts';
import type { RefusalLog } from './querylog/refusal-log.ts';
import type { QueryRequest } from './request.ts';
import { type FlowResponse, respond, respondRefusal } from './respond/respond.ts';

/** The stages, as the edge put them together. */
export interface Gateway {
  editions: Pick<Editions, 'current' | 'of'>;
  authenticate: Authenticate;
  admit: Admit;
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
  disclosure?: Disclosure;
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
    const caller = (look.caller = await gateway.authenticate(request));
    const purpose = (look.purpose = declarePurpose(request, caller, policy));
    await gateway.admit(caller, purpose, policy);
    const disclosure = (look.disclosure = planDisclosure(request, caller, purpose, policy));
    assertIntrospectionAllowed(disclosure.plan, caller, gateway.introspectionOpen);
    const grant = await gateway.authorize(disclosure, caller, purpose, policy);
    const answer = await execute(disclosure, caller, purpose, request, execution);
    look.answer = answer;
    const shown = desensitize(answer, disclosure.plan);
    look.answer = shown;
    assertReferencesAnswered(shown, purpose, { policy, receivedAt: request.receivedAt });
    await grant.settle(shown.subjects);
    const receipt = await gateway.queryLog.append(releaseEntry(look, shown, gateway.clock()));
    // The entry is durable from here on: dying now leaves a look on record that nobody received, never the reverse.
    return respond({ shown, plan: disclosure.plan, purpose, policy, receipt });
  } catch (error) {
    return refuse(error, look, gateway);
  }
}

function execute({ plan }: Disclosure, caller: Caller, purpose: DeclaredPurpose, request: QueryRequest, execution: Execution) {
  const context = { requestId: request.id, caller, purpose, signal: request.signal };
  return execution.execute(plan.operation, request.variables, context);
}

/** A refusal or failure goes on the log, then is answered with its code and nothing else. */
async function refuse(error: unknown, look: Look, gateway: Gateway): Promise<FlowResponse> {
  const { id } = look.request;
  if (!(error instanceof GatewayError)) gateway.reportUnexpected(error, id);
  if (codeOf(error) === 'LOG_UNAVAILABLE') return respondRefusal(error, null, id);
  try {
    return respondRefusal(error, await gateway.refusalLog.append(look, error), id);
  } catch (logError) {
    return respondRefusal(logError, null, id);
  }
}
