import { daysAfter } from '../city-moment.ts';
import { accountText, at, type Counted, counted, type Detector, NOTHING } from '../detector.ts';

interface Account {
  past: { day: string; exports: number }[];
  today: Counted[];
}

type Memory = Map<string, Account>;

/** Exports by one account in a day, against what it usually takes out. */
export const exportSpike: Detector<'EXPORT_SPIKE', Memory> = {
  begin: () => new Map(),

  take(look, rule, memory) {
    const { act } = look.entry;
    if (act === undefined || !rule.exportedBy.includes(act.kind)) return NOTHING;
    const account = at(memory, look.accountKey, (): Account => ({ past: [], today: [] }));
    account.today.push(counted(look));
    const exports = account.today.length;
    const usual = account.past.reduce((sum, day) => sum + day.exports, 0) / rule.usualDays;
    if (exports < rule.exports || exports < usual * rule.timesUsual) return NOTHING;
    const figures = { exports, usual: Math.round(usual * 10) / 10 };
    return [
      {
        window: look.day,
        days: 1,
        key: [look.accountKey],
        figures,
        sentence: () =>
          `${accountText(look)}${look.day} 导出 ${exports} 次，其近 ${rule.usualDays} 日日均 ${figures.usual} 次（阈值：不少于 ${rule.exports} 次且达 ${rule.timesUsual} 倍）。`,
        entries: () => account.today,
      },
    ];
  },

  beginDay({ day, ended }, rule, memory) {
    const oldest = daysAfter(day, -rule.usualDays);
    for (const [key, account] of memory) {
      const past = account.past.filter((one) => one.day >= oldest);
      if (account.today.length > 0) past.push({ day: ended, exports: account.today.length });
      if (past.length === 0) memory.delete(key);
      else memory.set(key, { past, today: [] });
    }
  },
};
