import type { DepartmentContext } from '../kit/department-context.ts';
import { DepartmentError } from '../kit/department-error.ts';
import { cursorAt } from '../kit/cursor.ts';
import { findLooks, type LookFilter } from './find-looks.ts';
import type { LogReading } from './log-reading.ts';
import { type PageArguments, pageOf, readPage } from './page.ts';
import { type PlacedLook, readLooks, receiptOf } from './read-looks.ts';

/** A page of the log for an auditor. Throws SUBJECT_FORBIDDEN for anybody else, INPUT_INVALID for a page that cannot be. */
export async function queryLog(
  { filter, ...page }: PageArguments & { filter?: LookFilter | null },
  context: DepartmentContext,
  { origin }: LogReading,
) {
  assertAuditor(context);
  const asked = readPage(page);
  const { shown, pageInfo } = pageOf(await findLooks(context.db, filter ?? {}, asked), asked);
  const entries = await readLooks(context.db, shown);
  return { edges: entries.map((placed) => ({ node: entryOf(placed, origin), cursor: cursorAt(placed.seq) })), pageInfo };
}

/** The policies say so too; the log keeps its own door. */
export function assertAuditor({ caller }: DepartmentContext): void {
  if (caller.actor !== 'AUDITOR' || caller.purpose !== 'AUDIT_SUPERVISION') throw new DepartmentError('SUBJECT_FORBIDDEN');
}

function entryOf(placed: PlacedLook, origin: string) {
  const { operation, subjects, authorizations = [], count = 1, ...entry } = placed.look;
  return {
    ...entry,
    index: placed.seq.toString(),
    operationHash: operation.hash,
    operationName: operation.name,
    subjectsAsked: subjects.asked,
    subjectsReturned: subjects.returned,
    authorizations,
    looks: count,
    receipt: receiptOf(placed, origin),
  };
}
