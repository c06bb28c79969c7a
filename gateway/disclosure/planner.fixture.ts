import { createHash } from 'node:crypto';
import { parse, validate } from 'graphql';
import type { AuthorizedScope } from '../../policies/authorized-scope.ts';
import { catalogue, policies, SUPERGRAPH_SDL } from '../../policies/policies.fixture.ts';
import type { PolicySet } from '../../policies/policy-set.ts';
import { apiSchemaOf } from '../../schema/api-schema.ts';
import type { Caller } from '../identity/caller.ts';
import type { QueryRequest } from '../request.ts';
import type { Disclosure } from './disclosure.ts';
import { createDisclosurePlanner } from './plan-disclosure.ts';

export const SUBJECT_KEY = 'subject key of the tests';
const apiSchema = apiSchemaOf(SUPERGRAPH_SDL);
/** A company, a sole proprietor and a person; none is real. */
export const COMPANY = '91350100M000100Y43';
export const RESIDENT = '11010519491231002X';

const base = { organization: 'O', developer: false };
export const CALLERS = {
  clerk: { ...base, actor: 'DEPARTMENT', department: 'licensing' },
  registrar: { ...base, actor: 'DEPARTMENT', department: 'registry' },
  bank: { ...base, actor: 'BANK' },
  public: { ...base, actor: 'PUBLIC' },
  auditor: { ...base, actor: 'AUDITOR' },
} satisfies Record<string, Caller>;

/** A planner over the project's own schema. */
export function createPlanner(maxPlans = 100) {
  return createDisclosurePlanner({ catalogue, apiSchema, subjectKey: SUBJECT_KEY, pseudonymKey: 'pseudonyms', maxPlans });
}

/** A request as the server hands it on: parsed, and valid against the API schema. */
export function requestOf(
  text: string,
  variables: Record<string, unknown> = {},
  operationName: string | null = null,
): QueryRequest {
  const document = parse(text);
  const errors = validate(apiSchema, document);
  if (errors.length > 0) throw errors[0];
  return {
    id: 'r',
    receivedAt: Date.parse('2026-06-01T04:00:00Z'),
    header: () => undefined,
    extensions: {},
    schema: apiSchema,
    document,
    documentHash: createHash('sha256').update(text).digest('hex'),
    operationName,
    variables,
    signal: new AbortController().signal,
  };
}

const planner = createPlanner();

/** Plans one text for one caller and purpose. */
export function plan(
  text: string,
  as: {
    caller?: Caller;
    purpose?: string;
    variables?: Record<string, unknown>;
    policy?: PolicySet;
    operationName?: string;
    authorization?: AuthorizedScope;
  } = {},
): Disclosure {
  const {
    caller = CALLERS.clerk,
    purpose = 'ADMIN_APPROVAL_CHECK',
    variables,
    policy = policies,
    operationName,
    authorization,
  } = as;
  const asking = { caller, purpose: { code: purpose }, ...(authorization && { authorization }) };
  return planner(requestOf(text, variables, operationName ?? null), asking, policy);
}
