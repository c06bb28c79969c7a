import { daysAfter } from '../city-moment.ts';
import { accountText, at, type Detector, type Finding, NOTHING, type RuleOf } from '../detector.ts';
import { addPosition, allPositions, type Positions } from '../positions.ts';
import type { ReviewedLook } from '../reviewed-look.ts';

/** What an account looked at today for one purpose. */
interface Today {
  subjects: Set<string>;
  /** A system's day may have a million. */
  entries: Positions;
  /** Median of its peers and its own, found once a day; undefined until they are needed. */
  usual?: { median: number; own: number };
}

interface Memory {
  /** By purpose, organisation and account. */
  today: Map<string, Map<string, Map<string, Today>>>;
  /** Distinct subjects of each account on each earlier day it worked, by purpose and organisation. */
  past: Map<string, Map<string, { day: string; account: string; subjects: number }[]>>;
}

/**
 * One account's distinct subjects in a day against those of its peers: the other accounts of its
 * organisation, for the same purpose. Whoever always has much to look at is not found for it.
 */
export const manySubjects: Detector<'MANY_SUBJECTS', Memory> = {
  begin: () => ({ today: new Map(), past: new Map() }),

  take(look, rule, { today, past }) {
    const { purpose } = look.entry;
    const { organization } = look.account;
    if (!look.accessed || purpose === null) return NOTHING;
    const accounts = at(
      at(today, purpose, () => new Map()),
      organization,
      () => new Map<string, Today>(),
    );
    const mine = at(accounts, look.accountKey, (): Today => ({ subjects: new Set(), entries: [] }));
    for (const subject of look.subjects) mine.subjects.add(subject);
    addPosition(mine.entries, Number(look.seq));
    if (mine.subjects.size < rule.subjects) return NOTHING;
    const usual = (mine.usual ??= usualOf(look, rule, past.get(purpose)));
    if (mine.subjects.size < Math.max(usual.median * rule.timesMedian, usual.own * rule.timesOwn)) return NOTHING;
    return [findingOf(look, rule, { usual, ...mine })];
  },

  beginDay({ day, ended }, rule, { today, past }) {
    for (const [purpose, organizations] of today)
      for (const [organization, accounts] of organizations) {
        const samples = at(
          at(past, purpose, () => new Map()),
          organization,
          () => [],
        );
        for (const [account, { subjects }] of accounts) samples.push({ day: ended, account, subjects: subjects.size });
      }
    today.clear();
    const oldest = daysAfter(day, -rule.peerDays);
    for (const organizations of past.values())
      for (const [organization, samples] of organizations)
        organizations.set(
          organization,
          samples.filter((sample) => sample.day >= oldest),
        );
  },
};

type Samples = Memory['past'] extends Map<string, infer ByOrganization> ? ByOrganization : never;

/** Where the organisation has too few others to compare with, everybody who asked for the purpose is a peer. */
function usualOf(
  { account, accountKey }: ReviewedLook,
  { peerSamples, ownSamples }: RuleOf<'MANY_SUBJECTS'>,
  past: Samples | undefined,
) {
  const organization = past?.get(account.organization) ?? [];
  const mine = organization.filter((sample) => sample.account === accountKey);
  const colleagues = organization.filter((sample) => sample.account !== accountKey);
  const everybody = () => [...(past?.values() ?? [])].flat().filter((sample) => sample.account !== accountKey);
  return {
    median: median(colleagues.length >= peerSamples ? colleagues : everybody()),
    own: mine.length >= ownSamples ? median(mine) : 0,
  };
}

function median(samples: readonly { subjects: number }[]): number {
  const sorted = samples.map(({ subjects }) => subjects).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function findingOf(look: ReviewedLook, rule: RuleOf<'MANY_SUBJECTS'>, mine: Required<Today>): Finding {
  const subjects = mine.subjects.size;
  const purpose = look.entry.purpose ?? '';
  const { median, own } = mine.usual;
  return {
    window: look.day,
    days: 1,
    key: [look.accountKey, purpose],
    figures: { subjects, median, own },
    sentence: () =>
      `${accountText(look)}${look.day} 以 ${purpose} 查询了 ${subjects} 个主体，同机构同用途其他账号每日中位数为 ${median}、本账号为 ${own}（阈值：不少于 ${rule.subjects} 个且分别达 ${rule.timesMedian} 倍、${rule.timesOwn} 倍）。`,
    entries: () => allPositions(mine.entries).map((seq) => ({ seq: BigInt(seq), accessed: true })),
  };
}
