import type DataLoader from 'dataloader';
import type { Queryable } from '../../database/db.ts';
import type { Acting } from '../../schema/acting.ts';
import type { Clock } from '../../schema/city-clock.ts';
import type { SignedContext } from '../../schema/signed-context.ts';
import { DepartmentError } from './department-error.ts';

/** What a department's resolvers know of one request. Lives as long as the request, so no caller sees another's loaders. */
export interface DepartmentContext {
  /** The caller, as the gateway signed it. */
  readonly caller: SignedContext;
  /** Id of the query it is part of; empty where the gateway did not say. */
  readonly requestId: string;
  readonly db: Queryable;
  /** Key of the opaque subject ids. */
  readonly subjectKey: string;
  readonly clock: Clock;
  /** The request's loaders, by statement and parameters; see loaders.ts. */
  readonly loaders: Map<string, DataLoader<string, unknown>>;
}

/** Whoever changes something in this request, for the record. */
export function actingOf({ caller, requestId }: DepartmentContext): Acting {
  return { ...caller, requestId };
}

/** The subject the caller itself is, or null: the id whose records it sees whatever their state. */
export function selfOf({ caller }: DepartmentContext): string | null {
  return caller.actor === 'SUBJECT' ? (caller.subject ?? null) : null;
}

/** Whether the caller may ask about the subject at all: for SELF_QUERY only about itself. */
export function mayAskAbout(context: DepartmentContext, subjectId: string): boolean {
  return context.caller.purpose !== 'SELF_QUERY' || selfOf(context) === subjectId;
}

/** Throws SUBJECT_FORBIDDEN unless the caller may ask about the subject; null (unknown) is refused alike, so nothing is learnt. */
export function assertMayAskAbout(context: DepartmentContext, subjectId: string | null): void {
  if (!mayAskAbout(context, subjectId ?? '')) throw new DepartmentError('SUBJECT_FORBIDDEN');
}
