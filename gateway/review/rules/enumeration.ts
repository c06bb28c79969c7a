import { accountText, at, type Counted, counted, type Detector, NOTHING } from '../detector.ts';
import type { ReviewedLook } from '../reviewed-look.ts';

interface Account {
  missing: Set<string>;
  malformed: number;
  /** Subjects asked for, the malformed ones included. */
  asked: number;
  entries: Counted[];
}

type Memory = Map<string, Account>;

/**
 * Trying codes. The log holds no code, only keyed hashes, so that consecutive codes cannot be seen; what shows is that most codes
 * somebody tries are nobody's: subjects asked for that no answer names, and identifiers that cannot be genuine (INPUT_INVALID).
 */
export const enumeration: Detector<'ENUMERATION', Memory> = {
  begin: () => new Map(),

  take(look, rule, memory) {
    const malformed = look.entry.code === 'INPUT_INVALID' ? (look.entry.count ?? 1) : 0;
    if (malformed === 0 && look.subjects.length === 0) return NOTHING;
    const account = at(memory, look.accountKey, (): Account => ({ missing: new Set(), malformed: 0, asked: 0, entries: [] }));
    const missing = missingOf(look);
    account.asked += malformed + look.subjects.length;
    if (malformed === 0 && missing.length === 0) return NOTHING;
    account.malformed += malformed;
    for (const subject of missing) account.missing.add(subject);
    account.entries.push(counted(look));
    const misses = account.missing.size + account.malformed;
    if (misses < rule.misses || misses < account.asked * rule.missedShare) return NOTHING;
    const percent = Math.round((misses / account.asked) * 100);
    return [
      {
        window: look.day,
        days: 1,
        key: [look.accountKey],
        figures: { misses, asked: account.asked, percent },
        sentence: () =>
          `${accountText(look)}${look.day} 查询的 ${account.asked} 个号码中有 ${misses} 个查无主体或不合法，占 ${percent}%（阈值：不少于 ${rule.misses} 个且占 ${rule.missedShare * 100}%）。`,
        entries: () => account.entries,
      },
    ];
  },

  beginDay: (_day, _rule, memory) => memory.clear(),
};

/** Subjects that nobody found, where everybody who was asked did answer. */
function missingOf({ entry: { decision, subjects, unavailable } }: ReviewedLook): string[] {
  if (decision !== 'RELEASED' || unavailable.length > 0) return [];
  const { asked } = subjects;
  if (asked.every((id, index) => id === subjects.returned[index])) return [];
  const returned = new Set(subjects.returned);
  // Which of the old registration numbers an answer stands for, the log cannot tell.
  return asked.filter((id) => !returned.has(id) && (!id.startsWith('r-') || returned.size === 0));
}
