import type { Acting } from '../../schema/acting.ts';
import { type Clock, cityToday } from '../../schema/city-clock.ts';
import type { Acts } from '../acts/acts.ts';
import { codeOf } from '../errors.ts';
import { goRound } from '../go-round.ts';
import type { Rules } from './disclosure-of.ts';
import type { LiveOperations } from './live-operations.ts';
import { decide } from './operation-rows.ts';
import { isOver } from './operation.ts';
import { tellsMore } from './registered.ts';

/** What would disclose more is refused at once; that it is in review again is on record this long after. */
const LOOK_MS = 2_000;
/** The gateway acts for the credit office that runs it, and by itself. */
const GATEWAY: Acting = {
  actor: 'CREDIT_OFFICE',
  organization: 'xinqiao',
  operator: 'gateway',
  purpose: 'QUERY_REGISTRATION',
  requestId: 'reopen',
};

export interface ReopeningOptions {
  operations: Pick<LiveOperations, 'all' | 'refresh'>;
  acts: Acts;
  rules: { current(): Rules };
  clock: Clock;
}

/**
 * Sends every approved operation back to review that would disclose more today than was approved: the schema, the policies or
 * the day have changed. Of several gateways one does it. Resolves with how many went back.
 */
export async function reopenWidened({ operations, acts, rules, clock }: ReopeningOptions): Promise<number> {
  const today = cityToday(clock);
  const wider = [...operations.all()].filter(
    (operation) => operation.state === 'APPROVED' && !isOver(operation, today) && tellsMore(operation, rules.current(), today),
  );
  let reopened = 0;
  for (const { id } of wider) {
    const decision = {
      from: ['APPROVED'] as const,
      to: 'IN_REVIEW' as const,
      decidedBy: `${GATEWAY.organization}/${GATEWAY.operator}`,
      decidedAt: new Date(clock()).toISOString(),
      decisionReason: '按现行政策和接口结构，披露范围大于批准的范围',
    };
    try {
      await acts.record(GATEWAY, { kind: 'OPERATION_REOPENED', object: id }, (tx) => decide(tx, id, decision, today));
      reopened += 1;
    } catch (error) {
      // Another gateway was first, or its organisation withdrew it.
      if (codeOf(error) !== 'ALREADY_DONE') throw error;
    }
  }
  if (wider.length > 0) await operations.refresh();
  return reopened;
}

/** Looks until it is closed; `report` must not throw. */
export function followWidening({ report, ...options }: ReopeningOptions & { report: (error: unknown) => void }): {
  close(): Promise<void>;
} {
  return goRound({ round: () => reopenWidened(options), everyMs: LOOK_MS, report });
}
