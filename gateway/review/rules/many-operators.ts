import { daysAfter, periodOf } from '../city-moment.ts';
import { at, type Counted, counted, type Detector, type Finding, NOTHING, type RuleOf } from '../detector.ts';
import type { ReviewedLook } from '../reviewed-look.ts';

interface Seen extends Counted {
  day: string;
  account: string;
  matter: string | null;
}

interface Watched {
  /** Oldest first; of an account's looks for one case in a day the first, as the others would count no more. */
  looks: Seen[];
  /** The latest day of each account among them. */
  latest: Map<string, string>;
}

/** Looks at each subject. */
type Memory = Map<string, Watched>;

/** One subject and many accounts within days, against how many there usually are. Colleagues on one case count once. */
export const manyOperators: Detector<'MANY_OPERATORS', Memory> = {
  begin: () => new Map(),

  take(look, rule, memory) {
    if (!look.accessed) return NOTHING;
    const since = daysAfter(look.day, -rule.days);
    const findings: Finding[] = [];
    for (const subject of look.subjects) {
      const watched = at(memory, subject, (): Watched => ({ looks: [], latest: new Map() }));
      note(look, watched);
      // Most subjects have too few accounts lately, however often these look: then nothing has to be counted.
      if (accountsSince(since, watched) >= rule.operators) findings.push(...found(subject, watched.looks, { look, rule, since }));
    }
    return findings;
  },

  // Going through every subject every day would cost more than the looks: once a window does, as `found` counts by the day.
  beginDay({ day }, rule, memory) {
    if (periodOf(day, rule.days) !== day) return;
    const oldest = daysAfter(day, -(rule.days + rule.usualDays));
    for (const [subject, { looks, latest }] of memory) {
      const kept = looks.filter((seen) => seen.day > oldest);
      if (kept.length === 0) memory.delete(subject);
      else memory.set(subject, { looks: kept, latest: new Map([...latest].filter(([, last]) => last > oldest)) });
    }
  },
};

function note(look: ReviewedLook, { looks, latest }: Watched): void {
  const { day, accountKey: account, entry } = look;
  const { matter } = entry;
  const last = latest.get(account) ?? '';
  if (last !== day || !isRepeated({ day, account, matter }, looks)) looks.push({ ...counted(look), day, account, matter });
  if (last < day) latest.set(account, day);
}

/** Whether the account has looked at the subject today for the same case: a system that asks all day long is remembered once. */
function isRepeated({ day, account, matter }: Omit<Seen, keyof Counted>, looks: readonly Seen[]): boolean {
  for (let at = looks.length - 1; looks[at]?.day === day; at--)
    if (looks[at]?.account === account && looks[at]?.matter === matter) return true;
  return false;
}

function accountsSince(since: string, { latest }: Watched): number {
  let accounts = 0;
  for (const day of latest.values()) if (day > since) accounts += 1;
  return accounts;
}

interface At {
  look: ReviewedLook;
  rule: RuleOf<'MANY_OPERATORS'>;
  /** The last day that is not in the window any more. */
  since: string;
}

function found(subject: string, looks: readonly Seen[], { look, rule, since }: At): readonly Finding[] {
  const recent = looks.filter(({ day }) => day > since);
  const operators = independent(recent);
  if (operators < rule.operators) return NOTHING;
  const usual = usualOperators(looks, rule, since);
  if (operators < usual * rule.timesUsual) return NOTHING;
  const figures = { operators, usual: Math.round(usual * 10) / 10 };
  return [
    {
      window: periodOf(look.day, rule.days),
      days: rule.days,
      key: [subject],
      subject,
      figures,
      sentence: () =>
        `主体 ${subject} 截至 ${look.day} 的 ${rule.days} 日内被 ${operators} 个互不同办件的账号查询，此前同期平均 ${figures.usual} 个（阈值：不少于 ${rule.operators} 个且达 ${rule.timesUsual} 倍）。`,
      entries: () => recent,
    },
  ];
}

/** The mean over the windows before this one: who looks every week is usual every week. */
function usualOperators(looks: readonly Seen[], { days, usualDays }: RuleOf<'MANY_OPERATORS'>, since: string): number {
  const windows = Math.max(1, Math.floor(usualDays / days));
  let operators = 0;
  for (let window = 0; window < windows; window++) {
    const [from, to] = [daysAfter(since, -days * (window + 1)), daysAfter(since, -days * window)];
    operators += independent(looks.filter(({ day }) => from < day && day <= to));
  }
  return operators / windows;
}

/** Accounts on a case of their own: whoever shares a case with another does not count beside it. */
function independent(looks: readonly Seen[]): number {
  const accounts = new Set(looks.map(({ account }) => account));
  const cases = new Set(looks.map(({ account, matter }) => matter ?? `account ${account}`));
  return Math.min(accounts.size, cases.size);
}
