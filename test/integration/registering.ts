import { type Answered, ask, type Bearer, type Deployment } from './deployment.ts';

export const OFFICE: Bearer = { actor: 'CREDIT_OFFICE', org: 'credit-office', operator: 'reviewer' };
const SHOWN = `id hash state purpose organization registeredBy decidedBy decisionReason validUntil
  disclosure { digest widened fields {
    coordinate organization { treatment rule basis } authorizedOrganization { treatment rule } authorizedPerson { treatment }
  } }`;
const REGISTER = `mutation ($document: String!, $name: String!, $purpose: String!, $reason: String!) {
  registerOperation(document: $document, name: $name, purpose: $purpose, reason: $reason) { ${SHOWN} } }`;
const APPROVE = `mutation ($id: ID!, $digest: String!, $validUntil: Date!) {
  approveOperation(id: $id, digest: $digest, validUntil: $validUntil) { ${SHOWN} } }`;
const DECIDE = {
  reject: `mutation ($id: ID!, $reason: String!) { rejectOperation(id: $id, reason: $reason) { ${SHOWN} } }`,
  withdraw: `mutation ($id: ID!, $reason: String!) { withdrawOperation(id: $id, reason: $reason) { ${SHOWN} } }`,
};

/** How operations are registered and reviewed over HTTP. */
export function registering(deployment: () => Deployment) {
  const act = (bearer: Bearer, query: string, variables: Record<string, unknown>): Promise<Answered> =>
    ask(deployment(), { query, variables, bearer, purpose: 'QUERY_REGISTRATION' });
  return {
    act,
    register: (bearer: Bearer, document: string, given: Record<string, unknown> = {}) =>
      act(bearer, REGISTER, { document, name: '贷前概况', purpose: 'LOAN_PRE', reason: '审查贷款申请', ...given }),
    approve: (id: string, digest: string, { validUntil = '2026-12-31', bearer = OFFICE } = {}) =>
      act(bearer, APPROVE, { id, digest, validUntil }),
    decide: (how: keyof typeof DECIDE, id: string, { reason = '不再需要', bearer = OFFICE } = {}) =>
      act(bearer, DECIDE[how], { id, reason }),
    read: async (id: string, bearer: Bearer = OFFICE) =>
      (await act(bearer, `query ($id: ID!) { registeredOperation(id: $id) { ${SHOWN} } }`, { id })).data?.registeredOperation,
  };
}

/** Registers a document for a bank and has it approved, unless it is already. */
export async function registered(deployment: Deployment, bearer: Bearer, document: string, purpose: string): Promise<void> {
  const { register, approve } = registering(() => deployment);
  const { data, codes } = await register(bearer, document, { purpose });
  if (codes.includes('ALREADY_DONE')) return;
  const { id, disclosure } = data.registerOperation;
  const approved = await approve(id, disclosure.digest);
  if (approved.codes.length > 0) throw new Error(`not approved: ${approved.codes.join()}`);
}
