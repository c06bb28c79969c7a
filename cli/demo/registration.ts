import { cityToday } from '../../schema/city-clock.ts';
import { type DemoCaller, QUESTION } from './question.ts';

/** The purpose under which operations are registered and reviewed. */
export const REGISTRATION = 'QUERY_REGISTRATION';

/** Who reviews them. */
export const OFFICE: DemoCaller = {
  title: '信用主管部门 credit office',
  token: { actor: 'CREDIT_OFFICE', organization: 'demo-office', operator: 'demo-reviewer' },
  purpose: REGISTRATION,
};

/** The request by which the question is registered for a purpose. */
export function registering(purpose: string): object {
  return {
    query: `mutation ($document: String!, $purpose: String!) {
      registerOperation(document: $document, purpose: $purpose, name: "企业概况", reason: "演示：贷前了解一家企业") { id disclosure { digest } } }`,
    variables: { document: QUESTION, purpose },
  };
}

/** The request by which exactly what was disclosed in the preview is approved, for today. */
export function approving({ id, digest }: { id: string | undefined; digest: string | undefined }): object {
  return {
    query: `mutation ($id: ID!, $digest: String!, $validUntil: Date!) {
      approveOperation(id: $id, digest: $digest, validUntil: $validUntil) { state } }`,
    variables: { id, digest, validUntil: cityToday(Date.now) },
  };
}
