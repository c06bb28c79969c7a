import { daysAfter } from '../city-moment.ts';
import { accountText, counted, type Detector, NOTHING } from '../detector.ts';

/** Until when each subject is watched, as a city date. */
type Memory = Map<string, string>;

/** Any look at a subject that auditors watch; the watch begins and ends with an act, and by itself after some days. */
export const watchedSubject: Detector<'WATCHED_SUBJECT', Memory> = {
  begin: () => new Map(),

  take(look, rule, memory) {
    const { act, purpose } = look.entry;
    if (act?.kind === 'SUBJECT_WATCHED') memory.set(act.object, daysAfter(look.day, rule.days));
    if (act?.kind === 'SUBJECT_UNWATCHED') memory.delete(act.object);
    if (memory.size === 0) return NOTHING;
    return look.subjects
      .filter((subject) => memory.has(subject))
      .map((subject) => ({
        window: look.day,
        days: 1,
        key: [look.accountKey, subject],
        subject,
        figures: { watchedUntil: memory.get(subject) ?? '' },
        sentence: () =>
          `${accountText(look)}${look.day} 以 ${purpose ?? ''} 查询了重点看护的主体 ${subject}（看护至 ${memory.get(subject) ?? ''}）。`,
        entries: () => [counted(look)],
      }));
  },

  beginDay({ day }, _rule, memory) {
    for (const [subject, until] of memory) if (until < day) memory.delete(subject);
  },
};
