import type { Treatment } from '../../policies/treatment.ts';
import type { Shown } from '../desensitization/desensitize.ts';
import type { DisclosureNotice, DisclosurePlan } from '../disclosure/disclosure.ts';
import { FOUND_KEY, SUBJECT_ID_KEY } from '../disclosure/disclosure.ts';
import { codeOf, ERRORS, type ErrorCode, GatewayError } from '../errors.ts';
import type { DepartmentFailure } from '../execution/execution.ts';
import type { DeclaredPurpose } from '../purpose/declared-purpose.ts';
import { oncePer } from '../once-per.ts';
import type { Receipt } from '../querylog/entry.ts';
import { Written } from '../written.ts';
import { challengeOf } from './challenge.ts';

/** What the flow answers, before it is written as HTTP. */
export interface FlowResponse {
  /** Absent in a refusal: nothing was executed, or nothing of it may be seen. Its texts are byte texts (`byte-text.ts`), and some values written already (`written.ts`). */
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
  /** Coordinates of which some value left treated so. */
  masked: readonly string[];
  generalized: readonly string[];
  pseudonymized: readonly string[];
  /** Coordinates that are null because a rule withholds them, and for which kind of subject. */
  withheld: readonly Omit<DisclosureNotice, 'treatment'>[];
  /** Departments whose data are missing or incomplete. */
  unavailable: readonly string[];
  receipt: Receipt;
}

/** What {@link respond} reads of the stages before it. */
export interface Release {
  shown: Pick<Shown, 'data' | 'counts' | 'failures' | 'unavailable'>;
  plan: Pick<DisclosurePlan, 'notices'>;
  purpose: DeclaredPurpose;
  policy: { readonly hash: string };
  receipt: Receipt;
  /** How the caller stands with its quotas. */
  headers: FlowResponse['headers'];
}

/** Seconds after which a retryable refusal may be tried again, where the stage that refused does not say. */
const RETRY_AFTER_SECONDS = 5;

/** The answer to a query that was released. A department that failed is a GraphQL error at each path it left null. */
export function respond({ shown, plan, purpose, policy, receipt, headers }: Release): FlowResponse {
  const errors = shown.failures.filter(({ path }) => isVisible(path, shown.data)).map(failureError);
  const disclosure: DisclosureNote = {
    purpose: purpose.code,
    policyVersion: policy.hash,
    ...treatedIn(shown.counts),
    withheld: withheldBy(plan.notices),
    unavailable: shown.unavailable,
    receipt,
  };
  return { data: shown.data, ...(errors.length > 0 && { errors }), extensions: { disclosure }, httpStatus: 200, headers };
}

/** A plan has one list. */
const withheldBy = oncePer((notices: readonly DisclosureNotice[]): DisclosureNote['withheld'] =>
  notices.flatMap(({ treatment, ...reason }) => (treatment === 'WITHHOLD' ? [reason] : [])),
);

type Treated = Pick<DisclosureNote, 'masked' | 'generalized' | 'pseudonymized'>;

/** The same counts are mostly the same list. */
const treatedIn = oncePer((counts: Shown['counts']): Treated => {
  const by = (treatment: Treatment) =>
    counts.filter((field) => field.treatment === treatment && field.count > 0).map(({ coordinate }) => coordinate);
  return { masked: by('MASK'), generalized: by('GENERALIZE'), pseudonymized: by('PSEUDONYMIZE') };
});

/**
 * The answer to a query that was refused or failed: its code, a fixed text and the safe details. An error that is not
 * of the table is INTERNAL and says nothing else.
 */
export function respondRefusal(error: unknown, receipt: Receipt | null, requestId: string): FlowResponse {
  const code = codeOf(error);
  const { status, retryable, message } = ERRORS[code];
  const details = error instanceof GatewayError ? error.details : {};
  const challenge = challengeOf(code);
  return {
    errors: [{ message, extensions: { ...details, code, requestId } }],
    extensions: { disclosure: { receipt } },
    httpStatus: status,
    headers: {
      ...(retryable && { 'retry-after': retryAfter(details) }),
      ...(challenge !== undefined && { 'www-authenticate': challenge }),
    },
  };
}

/** A failure inside of what is withheld would tell that there is something, and at which place of a list. */
function isVisible(path: readonly (string | number)[], data: Shown['data']): boolean {
  if (path.includes(SUBJECT_ID_KEY) || path.includes(FOUND_KEY)) return false;
  let value: unknown = data;
  for (const step of data === null ? [] : path) {
    if (value instanceof Written) value = value.value();
    if (typeof value !== 'object' || value === null) return false;
    value = Object.hasOwn(value, step) ? (value as Readonly<Record<string | number, unknown>>)[step] : null;
  }
  return true;
}

function failureError({ path, department, code, details }: DepartmentFailure): FlowError {
  return { message: ERRORS[code].message, path, extensions: { ...details, code, department } };
}

function retryAfter({ retryAfterSeconds }: GatewayError['details']): string {
  return String(typeof retryAfterSeconds === 'number' ? Math.max(1, Math.ceil(retryAfterSeconds)) : RETRY_AFTER_SECONDS);
}
