import type { Acting } from '../../schema/acting.ts';
import { goRound } from '../go-round.ts';
import type { DeskOptions } from './desk.ts';
import { sweepAuthorizations } from './sweep.ts';

/** What has ended is on record this long after, and what a crash took is back; what may be used does not depend on it. */
const SWEEP_MS = 5_000;
/** The gateway acts for the credit office that runs it, and by itself. */
const GATEWAY: Omit<Acting, 'requestId'> = {
  actor: 'CREDIT_OFFICE',
  organization: 'xinqiao',
  operator: 'gateway',
  purpose: 'AUTHORIZATION_HANDLING',
};

/** Sweeps authorizations until it is closed; `close` resolves when no sweep is under way. `report` must not throw. */
export function followAuthorizations({
  report,
  ...options
}: Pick<DeskOptions, 'db' | 'acts' | 'clock'> & { report: (error: unknown) => void }): { close(): Promise<void> } {
  const round = () => sweepAuthorizations({ ...GATEWAY, requestId: 'sweep' }, options);
  return goRound({ round, everyMs: SWEEP_MS, report });
}
