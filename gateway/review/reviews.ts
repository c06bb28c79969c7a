import { cityToday } from '../../schema/city-clock.ts';
import { type AlertFilter, findAlert, findAlerts, findDays, findSteps } from './find-alerts.ts';
import { reviewDesk } from './review-desk.ts';
import { rulesOn } from './review-entries.ts';
import { unsealingDesk, type UnsealingDeskParts } from './unsealing-desk.ts';
import { watchDesk } from './watch-desk.ts';

/** All that auditors read and do of reviews, for the subgraph `oversight` (its `Reviews`). */
export function openReviews(parts: UnsealingDeskParts) {
  const { db, policies, clock } = parts;
  return {
    alerts: (filter: AlertFilter, page: { limit: number; olderThan?: bigint | undefined }) => findAlerts(db, filter, page),
    alert: (id: string) => findAlert(db, id),
    steps: (alert: string) => findSteps(db, alert),
    days: (from: string, to: string) => findDays(db, from, to),
    /** The rules in force today; what a rule has beside its name and basis are thresholds. */
    rules() {
      return rulesOn(cityToday(clock), policies.current()).map(
        ({ id, kind, title, basis, effective: _effective, ...thresholds }) => ({
          id,
          kind,
          title,
          basis,
          thresholds,
        }),
      );
    },
    desk: reviewDesk(parts),
    unsealing: unsealingDesk(parts),
    watches: watchDesk(parts),
  };
}
