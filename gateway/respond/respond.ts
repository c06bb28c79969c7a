import type { Treatment } from '../../policies/treatment.ts';
import type { DisclosurePlan, FieldTreatment, PlannedField } from '../disclosure/disclosure.ts';
import { SUBJECT_ID_KEY } from '../disclosure/disclosure.ts';
import { codeOf, ERRORS, type ErrorCode, GatewayError } from '../errors.ts';
import type { RawAnswer } from '../execution/execution.ts';
import type { DeclaredPurpose } from '../purpose/declared-purpose.ts';
import type { Receipt } from '../querylog/entry.ts';

/** What the flow answers, before it is written as HTTP. */
export interface FlowResponse {
  /** Absent in a refusal: nothing was executed, or nothing of it may be seen. */
  data?: Readonly<Record<string, unknown>> | null;
  errors?: readonly FlowError[];
  extensions: { readonly disclosure: DisclosureNote | { readonly receipt: Receipt | null } };
  httpStatus: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
}

/** A GraphQL error of the closed table. */
export interface FlowError {
  message: string;
  path?: readonly (string | number)[];
  extensions: { readonly code: ErrorCode } & Readonly<Record<string, unknown>>;
}

/** What the caller is told about what was done to the answer, and the proof that the look is on record. */
export interface DisclosureNote {
  purpose: string;
  policyVersion: string;
  /** Coordinates of which some value was treated so. */
  masked: readonly string[];
  generalized: readonly string[];
  pseudonymized: readonly string[];
  /** Coordinates that are null because a rule withholds them. */
  withheld: readonly { coordinate: string; rule: string; basis: readonly string[] }[];
  /** Departments whose data are missing or incomplete. */
  unavailable: readonly string[];
  receipt: Receipt;
}

/** What {@link respond} reads of the stages before it. */
export interface Release {
  shown: {
    data: Readonly<Record<string, unknown>> | null;
    fields: readonly { coordinate: string; treatment: Treatment; count: number }[];
  };
  plan: Pick<DisclosurePlan, 'fields'>;
  answer: Pick<RawAnswer, 'failures' | 'unavailable'>;
  purpose: DeclaredPurpose;
  policy: { readonly hash: string };
  receipt: Receipt;
}

/** Seconds after which a retryable refusal may be tried again, where the stage that refused does not say. */
const RETRY_AFTER_SECONDS = 5;

/** The answer to a query that was released. A department that failed is a GraphQL error at each path it left null. */
export function respond({ shown, plan, answer, purpose, policy, receipt }: Release): FlowResponse {
  const errors = answer.failures.filter(({ path }) => !path.includes(SUBJECT_ID_KEY)).map(failureError);
  const treated = (treatment: Treatment) => coordinates(shown.fields.filter((field) => field.treatment === treatment));
  const disclosure: DisclosureNote = {
    purpose: purpose.code,
    policyVersion: policy.hash,
    masked: treated('MASK'),
    generalized: treated('GENERALIZE'),
    pseudonymized: treated('PSEUDONYMIZE'),
    withheld: withheld(plan.fields, new Set(treated('WITHHOLD'))),
    unavailable: answer.unavailable,
    receipt,
  };
  return { data: shown.data, ...(errors.length > 0 && { errors }), extensions: { disclosure }, httpStatus: 200, headers: {} };
}

/**
 * The answer to a query that was refused or failed: its code, a fixed text and the safe details. An error that is not
 * of the table is INTERNAL and says nothing else.
 */
export function respondRefusal(error: unknown, receipt: Receipt | null, requestId: string): FlowResponse {
  const code = codeOf(error);
  const { status, retryable, message } = ERRORS[code];
  const details = error instanceof GatewayError ? error.details : {};
  return {
    errors: [{ message, extensions: { ...details, code, requestId } }],
    extensions: { disclosure: { receipt } },
    httpStatus: status,
    headers: retryable ? { 'retry-after': retryAfter(details) } : {},
  };
}

function failureError({ path, department, code }: RawAnswer['failures'][number]): FlowError {
  return { message: ERRORS[code].message, path, extensions: { code, department } };
}

function retryAfter({ retryAfterSeconds }: GatewayError['details']): string {
  return String(typeof retryAfterSeconds === 'number' ? Math.max(1, Math.ceil(retryAfterSeconds)) : RETRY_AFTER_SECONDS);
}

function coordinates(fields: readonly { coordinate: string }[]): string[] {
  return [...new Set(fields.map(({ coordinate }) => coordinate))].sort();
}

/** Fields withheld from everybody asked for, and those withheld from one kind of subject that did occur. */
function withheld(fields: readonly PlannedField[], dropped: ReadonlySet<string>): DisclosureNote['withheld'] {
  const found = new Map<string, DisclosureNote['withheld'][number]>();
  for (const { coordinate, rule, basis } of eachWithheld(fields, dropped)) {
    found.set(`${coordinate} ${rule}`, { coordinate, rule, basis });
  }
  return [...found.values()].sort((a, b) => (a.coordinate < b.coordinate ? -1 : 1));
}

function* eachWithheld(
  fields: readonly PlannedField[],
  dropped: ReadonlySet<string>,
): Generator<{ coordinate: string } & Pick<FieldTreatment, 'rule' | 'basis'>> {
  for (const { coordinate, organization, person, fields: inner } of fields) {
    const reasons = [organization, person].filter(({ treatment }) => treatment === 'WITHHOLD');
    if (coordinate !== null && (reasons.length === 2 || (reasons.length === 1 && dropped.has(coordinate)))) {
      for (const { rule, basis } of reasons) yield { coordinate, rule, basis };
    }
    // What lies below a field withheld from everybody was never part of the question.
    if (inner !== undefined && reasons.length < 2) yield* eachWithheld(inner, dropped);
  }
}
