import { holdsIdentityNumber } from '../../schema/identifiers/holds-identity.ts';
import type { SubjectId } from '../../schema/identifiers/subject-id.ts';
import type { FieldCount } from '../desensitization/treatments.ts';
import type { Disclosure } from '../disclosure/disclosure.ts';
import { codeOf, type ErrorCode, GatewayError, isRefusal } from '../errors.ts';
import type { RawAnswer } from '../execution/execution.ts';
import type { Caller } from '../identity/caller.ts';
import type { DeclaredPurpose } from '../purpose/declared-purpose.ts';
import { oncePer } from '../once-per.ts';
import type { QueryRequest } from '../request.ts';
import type { NewEntry, QueryLogEntry, Readable } from './entry.ts';

/**
 * What an entry is made of: who, why, at whom and which fields. Of the request only its ids, and of the answer only the names of
 * departments can be reached from here, so that neither a variable nor a value can get into an entry. What people call the operator, the
 * matter and the subjects goes beside the log, sealed (`readable`).
 */
export interface LookOnRecord {
  request: Pick<QueryRequest, 'id' | 'receivedAt' | 'operationName'> & { documentHash: string | null };
  policy: { readonly hash: string };
  caller?: Caller;
  purpose?: DeclaredPurpose;
  /** There once the request counts against a quota of its caller. */
  budget?: unknown;
  disclosure?: Pick<Disclosure, 'asked'>;
  /** The subject's authorization it stands on, or would have. */
  authorization?: { readonly id: string } | undefined;
  answer?: Pick<RawAnswer, 'departments' | 'unavailable'>;
}

/** What is known of a request that was refused before the flow. */
export type RejectionOnRecord = Pick<LookOnRecord, 'request' | 'policy' | 'caller'>;

/** What leaves with a release: opaque ids and counts of values; of the values only names, which go beside the log. */
export interface ShownOnRecord {
  /** By coordinate and treatment, withheld fields included. */
  counts: readonly FieldCount[];
  subjects: readonly SubjectId[];
  names: ReadonlyMap<SubjectId, string>;
}

/** The entry of an answer about to leave. `now` in milliseconds since the epoch. */
export function releaseEntry(look: LookOnRecord, shown: ShownOnRecord, now: number): NewEntry {
  return {
    subjects: { asked: asked(look), returned: distinct(shown.subjects) },
    fields: totals(shown.counts),
    decision: 'RELEASED',
    code: null,
    readable: { subjectNames: shown.names, ...readableOf(look) },
    ...commonEntry(look, now),
  };
}

/** The entry of a look that was refused or failed at any stage: nothing left, so it names no fields. `now` in milliseconds since the epoch. */
export function refusalEntry(look: LookOnRecord, error: unknown, now: number): NewEntry {
  return refused(look, { code: codeOf(error), asked: asked(look, error) }, now);
}

/** The entry of a request that was refused before the flow, and so before anybody was asked for. `now` in milliseconds since the epoch. */
export function rejectionEntry(look: RejectionOnRecord, code: ErrorCode, now: number): NewEntry {
  return refused(look, { code, asked: [] }, now);
}

function refused(look: LookOnRecord, { code, asked }: { code: ErrorCode; asked: readonly string[] }, now: number): NewEntry {
  return {
    subjects: { asked, returned: [] },
    fields: [],
    decision: isRefusal(code) ? 'REFUSED' : 'FAILED',
    code,
    readable: readableOf(look),
    ...commonEntry(look, now),
  };
}

function commonEntry({ request, policy, caller, purpose, authorization, answer }: LookOnRecord, now: number) {
  return {
    version: 1,
    time: new Date(now).toISOString(),
    requestId: request.id,
    caller: callerOf(caller),
    purpose: purpose?.code ?? null,
    matter: purpose?.matter ?? null,
    ...(authorization && { authorizations: [authorization.id] }),
    policyHash: policy.hash,
    operation: { hash: request.documentHash, name: graphqlName(request.operationName) },
    departments: distinct(answer?.departments ?? []),
    unavailable: distinct(answer?.unavailable ?? []),
    durationMs: Math.max(0, Math.round(now - request.receivedAt)),
  } as const;
}

/** Beside the log, sealed; no member of the entry. */
function readableOf({ caller, purpose }: LookOnRecord): Readable {
  return {
    ...(caller?.operatorName !== undefined && { operatorName: caller.operatorName }),
    ...(purpose?.matterText !== undefined && { matterText: purpose.matterText }),
  };
}

/** Picked member by member: what a caller may come to carry later does not reach the log by itself. */
function callerOf(caller: Caller | undefined): QueryLogEntry['caller'] {
  if (caller === undefined) return null;
  const { actor, organization, department, operator, subject } = caller;
  return {
    actor,
    organization,
    ...(department !== undefined && { department }),
    ...(operator !== undefined && { operator }),
    ...(subject !== undefined && { subject }),
  };
}

/** The client chooses the operation's name: only what GraphQL itself would take is kept, and no identity number in it. */
function graphqlName(name: string | null): string | null {
  return name !== null && /^[_A-Za-z]\w{0,127}$/.test(name) && !holdsIdentityNumber(name) ? name : null;
}

/** Whoever is refused while the query is planned has asked for somebody all the same. */
function asked({ disclosure }: LookOnRecord, error?: unknown): readonly string[] {
  return distinct(disclosure?.asked ?? (error instanceof GatewayError ? error.asked : []));
}

/** In the order of coordinate and treatment, so that the same look always makes the same entry. The same counts are mostly the same list. */
const totals = oncePer((counts: readonly FieldCount[]): QueryLogEntry['fields'] =>
  counts.every((each, index) => index === 0 || inOrder(counts[index - 1] ?? each, each) < 0) ? counts : [...counts].sort(inOrder),
);

function inOrder(one: FieldCount, other: FieldCount): number {
  if (one.coordinate !== other.coordinate) return one.coordinate < other.coordinate ? -1 : 1;
  return one.treatment < other.treatment ? -1 : 1;
}

function distinct(names: readonly string[]): readonly string[] {
  const rises = names.every((name, index) => index === 0 || (names[index - 1] ?? '') < name);
  return rises ? names : [...new Set(names)].sort();
}
