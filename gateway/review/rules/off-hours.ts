import { daysAfter } from '../city-moment.ts';
import { accountText, at, type Counted, type Detector, NOTHING } from '../detector.ts';
import { addPosition, allPositions, countPositions, type Positions } from '../positions.ts';
import type { ReviewedLook } from '../reviewed-look.ts';

interface Account {
  /** Looks on earlier days, in all and off hours. */
  past: { day: string; all: number; off: number }[];
  /** Of today. */
  all: number;
  off: Off;
  subjects: Set<string>;
}

/** Looks off hours, those at which a record left and the others. */
interface Off {
  accessed: Positions;
  others: Positions;
}

type Memory = Map<string, Account>;

/** Subjects looked at while the city does not work, by an account that usually works when others do. */
export const offHours: Detector<'OFF_HOURS', Memory> = {
  begin: () => new Map(),

  take(look, rule, memory) {
    // A flood's entry stands for many refusals, but nobody was looked at.
    if (look.subjects.length === 0) return NOTHING;
    const account = at(memory, look.accountKey, (): Account => ({ past: [], all: 0, off: nothing(), subjects: new Set() }));
    account.all += 1;
    if (look.working) return NOTHING;
    note(look, account.off);
    for (const subject of look.subjects) account.subjects.add(subject);
    const subjects = account.subjects.size;
    if (subjects < rule.subjects) return NOTHING;
    const total = (count: (day: Account['past'][number]) => number) => account.past.reduce((sum, day) => sum + count(day), 0);
    const usualShare =
      total(({ off }) => off) /
      Math.max(
        1,
        total(({ all }) => all),
      );
    if (usualShare > rule.usualShare) return NOTHING;
    const usualPercent = Math.round(usualShare * 1000) / 10;
    return [
      {
        window: look.day,
        days: 1,
        key: [look.accountKey],
        figures: { subjects, usualPercent },
        sentence: () =>
          `${accountText(look)}${look.day} 在非工作时间查询了 ${subjects} 个主体，其近 ${rule.usualDays} 日非工作时间查询占 ${usualPercent}%（阈值：不少于 ${rule.subjects} 个且平时不超过 ${rule.usualShare * 100}%）。`,
        entries: () => entriesOf(account.off),
      },
    ];
  },

  beginDay({ day, ended }, rule, memory) {
    const oldest = daysAfter(day, -rule.usualDays);
    for (const [key, account] of memory) {
      const past = account.past.filter((one) => one.day >= oldest);
      if (account.all > 0) past.push({ day: ended, all: account.all, off: countOff(account.off) });
      if (past.length === 0) memory.delete(key);
      else memory.set(key, { past, all: 0, off: nothing(), subjects: new Set() });
    }
  },
};

function nothing(): Off {
  return { accessed: [], others: [] };
}

function note({ accessed, seq }: ReviewedLook, off: Off): void {
  addPosition(accessed ? off.accessed : off.others, Number(seq));
}

function countOff({ accessed, others }: Off): number {
  return countPositions(accessed) + countPositions(others);
}

function entriesOf(off: Off): Counted[] {
  const counted = (positions: Positions, accessed: boolean) =>
    allPositions(positions).map((seq): Counted => ({ seq: BigInt(seq), accessed }));
  return [...counted(off.accessed, true), ...counted(off.others, false)].sort((one, other) => (one.seq < other.seq ? -1 : 1));
}
