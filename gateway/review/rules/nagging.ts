import { daysAfter, periodOf } from '../city-moment.ts';
import { accountText, at, type Counted, counted, type Detector, NOTHING } from '../detector.ts';

interface Attempt extends Counted {
  day: string;
}

/** Refused requests, by organisation and subject. */
type Memory = Map<string, Attempt[]>;

/** An organisation that goes on asking a subject for its authorization after the subject has refused: each such request was refused itself. */
export const nagging: Detector<'NAGGING', Memory> = {
  begin: () => new Map(),

  take(look, rule, memory) {
    const { code } = look.entry;
    if (code === null || !rule.codes.includes(code)) return NOTHING;
    const { organization } = look.account;
    const [subject] = look.subjects;
    const attempts = at(memory, `${organization}\n${subject ?? ''}`, (): Attempt[] => []);
    attempts.push({ ...counted(look), day: look.day });
    const since = daysAfter(look.day, -rule.days);
    const recent = attempts.filter(({ day }) => day > since);
    if (recent.length < rule.attempts) return NOTHING;
    return [
      {
        window: periodOf(look.day, rule.days),
        days: rule.days,
        key: [organization, subject ?? ''],
        ...(subject !== undefined && { subject }),
        figures: { attempts: recent.length },
        sentence: () =>
          `${accountText(look)}在信息主体拒绝授权之后反复请求，截至 ${look.day} 的 ${rule.days} 日内被制止 ${recent.length} 次（阈值：${rule.attempts} 次）。`,
        entries: () => recent,
      },
    ];
  },

  beginDay({ day }, rule, memory) {
    const oldest = daysAfter(day, -rule.days);
    for (const [key, attempts] of memory) {
      const kept = attempts.filter((attempt) => attempt.day > oldest);
      if (kept.length === 0) memory.delete(key);
      else memory.set(key, kept);
    }
  },
};
