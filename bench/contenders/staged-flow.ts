import { print } from 'graphql';
import type { DisclosurePlan } from '../../gateway/disclosure/disclosure.ts';
import { desensitize } from '../../gateway/desensitization/desensitize.ts';
import { answerQuery, type Gateway } from '../../gateway/flow.ts';
import type { Caller } from '../../gateway/identity/caller.ts';
import { declarePurpose } from '../../gateway/purpose/declare-purpose.ts';
import type { QueryRequest } from '../../gateway/request.ts';
import type { Flow } from '../../gateway/server/ask-flow.ts';

/** How far the flow goes: each stage does what those before it do, and one thing more. */
export const STAGES = ['bare', 'token', 'purpose', 'disclosure', 'masks', 'log'] as const;
export type StageName = (typeof STAGES)[number];

const NOBODY: Caller = { actor: 'AUDITOR', organization: 'BENCH-AUDIT', operator: 'bench', developer: false };
const NO_PURPOSE = { code: 'AUDIT_SUPERVISION' };

/** The flow up to a stage; with `log` it is the whole flow itself. Nothing is refused politely: a benchmark asks nothing wrong. */
export function stagedFlow(gateway: Gateway, upTo: StageName): Flow {
  if (upTo === 'log') return (request) => answerQuery(request, gateway);
  const has = (stage: StageName) => STAGES.indexOf(stage) <= STAGES.indexOf(upTo);
  const operations = new WeakMap<object, DisclosurePlan['operation']>();
  return async (request) => {
    const { policy, planDisclosure, execution } = gateway.editions.of(request.schema);
    const caller = has('token') ? await gateway.authenticate(request, policy) : NOBODY;
    const purpose = has('purpose') ? declarePurpose(request, caller, policy) : NO_PURPOSE;
    const budget = has('purpose') ? gateway.admit(caller, purpose, policy) : undefined;
    await budget?.request();
    const disclosure = has('disclosure') ? planDisclosure(request, { caller, purpose }, policy) : undefined;
    await budget?.ask(disclosure?.asked ?? []);
    const grant = disclosure && (await gateway.authorize(disclosure, { requestId: request.id, caller, purpose }, policy));
    const operation = disclosure?.plan.operation ?? wholeOperation(request, operations);
    const context = { requestId: request.id, caller, purpose, signal: request.signal };
    const answer = await execution.execute(operation, request.variables, context);
    const shown = disclosure && has('masks') ? desensitize(answer, disclosure.plan) : undefined;
    await grant?.settle(shown?.subjects ?? []);
    if (shown) await budget?.settle(shown);
    const { data } = shown ?? answer.complete();
    return { data, extensions: { disclosure: { receipt: null } }, httpStatus: 200, headers: {} };
  };
}

/** The client's own operation, unpruned. */
function wholeOperation(
  { document, documentHash, operationName, variables }: QueryRequest,
  known: WeakMap<object, DisclosurePlan['operation']>,
): DisclosurePlan['operation'] {
  const operation = known.get(document) ?? {
    document,
    text: print(document),
    hash: documentHash,
    name: operationName,
    variableNames: new Set(Object.keys(variables)),
  };
  known.set(document, operation);
  return operation;
}
