import { daysAfter } from '../city-moment.ts';
import { accountText, at, type Counted, counted, type Detector, NOTHING } from '../detector.ts';
import type { ReviewedLook } from '../reviewed-look.ts';

interface Memory {
  /** The day on which each authorization or loan ended, by its id or number. */
  ended: Map<string, string>;
  /** Refused attempts of today, by account and what had ended. */
  attempts: Map<string, Counted[]>;
}

/** Looks that stand on an authorization that has ended, or belong to a loan that was closed, by the acts that are on the same log. */
export const afterEnd: Detector<'AFTER_END', Memory> = {
  begin: () => ({ ended: new Map(), attempts: new Map() }),

  take(look, rule, { ended, attempts }) {
    const { act, decision, purpose } = look.entry;
    if (decision === 'ACTED') {
      if (act !== undefined && rule.endedBy.includes(act.kind)) ended.set(act.object, look.day);
      return NOTHING;
    }
    if (ended.size === 0) return NOTHING;
    return standsOn(look).flatMap((id) => {
      const since = ended.get(id);
      if (since === undefined) return [];
      const tried = look.accessed ? [] : at(attempts, `${look.accountKey}\n${id}`, (): Counted[] => []);
      tried.push(counted(look));
      if (!look.accessed && tried.length < rule.attempts) return [];
      const what = look.accessed
        ? `查得 ${look.subjects.length} 个主体`
        : `被拒后仍尝试 ${tried.length} 次（阈值：${rule.attempts} 次）`;
      return {
        window: look.day,
        days: 1,
        key: [look.accountKey, id],
        ...(look.subjects.length === 1 && { subject: look.subjects[0] ?? '' }),
        figures: { endedOn: since, attempts: tried.length },
        sentence: () => `${accountText(look)}${look.day} 凭已于 ${since} 终止的 ${id} 以 ${purpose ?? ''} ${what}。`,
        entries: () => tried,
      };
    });
  },

  beginDay({ day }, rule, { ended, attempts }) {
    attempts.clear();
    const oldest = daysAfter(day, -rule.rememberDays);
    for (const [id, since] of ended) if (since < oldest) ended.delete(id);
  },
};

function standsOn({ entry: { matter, authorizations = [] } }: ReviewedLook): readonly string[] {
  return matter === null ? authorizations : [matter, ...authorizations];
}
