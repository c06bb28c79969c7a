import type { Treatment } from '../../policies/treatment.ts';
import type { SubjectId } from '../../schema/identifiers/subject-id.ts';
import type { Disclosure, PlannedField } from '../disclosure/disclosure.ts';
import { codeOf, isRefusal } from '../errors.ts';
import type { RawAnswer } from '../execution/execution.ts';
import type { Caller } from '../identity/caller.ts';
import type { DeclaredPurpose } from '../purpose/declared-purpose.ts';
import type { QueryRequest } from '../request.ts';
import type { QueryLogEntry } from './entry.ts';

/**
 * What an entry is made of: who, why, at whom and which fields. Of the request only its ids, and of the answer only the names of
 * departments can be reached from here, so that neither a variable nor a value can get into an entry.
 */
export interface LookOnRecord {
  request: Pick<QueryRequest, 'id' | 'receivedAt' | 'documentHash' | 'operationName'>;
  policy: { readonly hash: string };
  caller?: Caller;
  purpose?: DeclaredPurpose;
  disclosure?: { readonly plan: { readonly fields: readonly PlannedField[] }; readonly asked: Disclosure['asked'] };
  answer?: Pick<RawAnswer, 'departments' | 'unavailable'>;
}

/** What leaves with a release: opaque ids and counts of values, never the values. */
export interface ShownOnRecord {
  fields: readonly { coordinate: string; treatment: Treatment; count: number }[];
  subjects: readonly SubjectId[];
}

/** The entry of an answer about to leave. `now` in milliseconds since the epoch. */
export function releaseEntry(look: LookOnRecord, shown: ShownOnRecord, now: number): QueryLogEntry {
  const withheld = [...withheldCoordinates(look.disclosure?.plan.fields ?? [])].map((coordinate) => ({ coordinate, treatment: 'WITHHOLD' as const, count: 0 }));
  return {
    ...commonEntry(look, now),
    subjects: { asked: asked(look), returned: distinct(shown.subjects) },
    fields: totals([...shown.fields, ...withheld]),
    decision: 'RELEASED',
    code: null,
  };
}

/** The entry of a look that was refused or failed at any stage: nothing left, so it names no fields. `now` in milliseconds since the epoch. */
export function refusalEntry(look: LookOnRecord, error: unknown, now: number): QueryLogEntry {
  const code = codeOf(error);
  return {
    ...commonEntry(look, now),
    subjects: { asked: asked(look), returned: [] },
    fields: [],
    decision: isRefusal(code) ? 'REFUSED' : 'FAILED',
    code,
  };
}

function commonEntry({ request, policy, caller, purpose, answer }: LookOnRecord, now: number) {
  return {
    version: 1,
    time: new Date(now).toISOString(),
    requestId: request.id,
    caller: callerOf(caller),
    purpose: purpose?.code ?? null,
    matter: purpose?.matter ?? null,
    policyHash: policy.hash,
    operation: { hash: request.documentHash, name: graphqlName(request.operationName) },
    departments: distinct(answer?.departments ?? []),
    unavailable: distinct(answer?.unavailable ?? []),
    durationMs: Math.max(0, Math.round(now - request.receivedAt)),
  } as const;
}

/** Picked member by member: what a caller may come to carry later does not reach the log by itself. */
function callerOf(caller: Caller | undefined): QueryLogEntry['caller'] {
  if (caller === undefined) return { actor: 'PUBLIC', organization: '' };
  const { actor, organization, department, operator, subject } = caller;
  return {
    actor,
    organization,
    ...(department !== undefined && { department }),
    ...(operator !== undefined && { operator }),
    ...(subject !== undefined && { subject }),
  };
}

/** The client chooses the operation's name: only what GraphQL itself would take is kept. */
function graphqlName(name: string | null): string | null {
  return name !== null && /^[_A-Za-z]\w{0,127}$/.test(name) ? name : null;
}

function asked({ disclosure }: LookOnRecord): string[] {
  return distinct(disclosure?.asked ?? []);
}

/** Fields that were asked for and not even fetched, whoever the subject is. */
function* withheldCoordinates(fields: readonly PlannedField[]): Generator<string> {
  for (const { coordinate, organization, person, fields: inner } of fields) {
    const isWithheld = organization.treatment === 'WITHHOLD' && person.treatment === 'WITHHOLD';
    if (coordinate !== null && isWithheld) yield coordinate;
    else yield* withheldCoordinates(inner ?? []);
  }
}

/** One row a coordinate and treatment, in that order, so that the same look always makes the same entry. */
function totals(fields: ShownOnRecord['fields']): QueryLogEntry['fields'] {
  const byKey = new Map<string, QueryLogEntry['fields'][number]>();
  for (const { coordinate, treatment, count } of fields) {
    const key = `${coordinate} ${treatment}`;
    byKey.set(key, { coordinate, treatment, count: count + (byKey.get(key)?.count ?? 0) });
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, field]) => field);
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
