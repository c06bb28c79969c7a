import { CodedError } from '../../schema/coded-error.ts';
import type { Acting } from '../../schema/acting.ts';
import { type DeskOptions, happen } from './desk.ts';
import { dueEvent } from './life-cycle.ts';
import { dueRecords } from './records.ts';
import { returnOverdue } from './uses.ts';

/** Put on record at a time; the next sweep goes on. */
const SWEPT = 100;

/**
 * Puts on record what time and use have brought about meanwhile, and gives back the uses of queries that never ended. Nothing depends
 * on it: authorizations are judged by the instant they are used. Safe to run on several gateways at once. `by` is the gateway itself.
 */
export async function sweepAuthorizations(by: Acting, options: Pick<DeskOptions, 'db' | 'acts' | 'clock'>): Promise<number> {
  const { db, clock } = options;
  await returnOverdue(db, clock());
  let recorded = 0;
  for (const record of await dueRecords(db, clock(), SWEPT)) {
    const event = dueEvent(record, clock());
    if (event === undefined || event === 'GRANT') continue;
    try {
      await happen(by, record.terms, event, options);
      recorded++;
    } catch (error) {
      // Another gateway, or the subject, was faster.
      if (!(error instanceof CodedError && error.code === 'ALREADY_DONE')) throw error;
    }
  }
  return recorded;
}
