import type { Queryable } from '../../database/db.ts';
import type { PolicySet } from '../../policies/policy-set.ts';
import { sealOf } from '../../policies/seals.ts';
import type { Clock } from '../../schema/city-clock.ts';
import { cityToday } from '../../schema/city-clock.ts';
import { logProofs } from './log-proofs.ts';

/**
 * The rules by which the subgraph `querylog` tells subjects of looks (its `LogReading`), as the policies in force say them: the
 * seals of today, the purpose's name of the look's own day; with the log's checkpoints and proofs.
 */
export function logReading(from: { db: Queryable; origin: string; policies: { current(): PolicySet }; clock: Clock }) {
  const { db, origin, policies, clock } = from;
  const dayOf = (time: string) => cityToday(() => Date.parse(time));
  return {
    ...logProofs(db),
    origin,
    purposeName({ time, purpose }: { time: string; purpose: string | null }): string | undefined {
      if (purpose === null) return undefined;
      const known = policies.current();
      return (known.purpose(purpose, dayOf(time)) ?? known.purposes.find(({ code }) => code === purpose))?.name;
    },
    sealOf({ time, ...look }: { time: string; purpose: string | null; organization: string; matter: string | null }) {
      return sealOf(policies.current().source.seals, { ...look, date: dayOf(time) }, cityToday(clock));
    },
  };
}
