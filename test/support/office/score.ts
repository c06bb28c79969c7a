import type { PolicySet } from '../../../policies/policy-set.ts';
import type { ReviewRuleKind } from '../../../policies/review-rules.ts';
import { beginReview, reviewEntries } from '../../../gateway/review/review-entries.ts';
import { allPositions } from '../../../gateway/review/positions.ts';
import type { SyntheticLog } from './synthetic-log.ts';

/** How well the rules did on a log whose incidents are known. */
export interface Score {
  entries: number;
  /** Looks at which a record left, those of them that are not explained, and those of these that nobody planted. */
  accesses: number;
  unexplained: number;
  routineUnexplained: number;
  /** Milliseconds spent on the rules, the making of the log not included. */
  tookMs: number;
  /** By kind: planted and found incidents, alerts, and alerts that name no entry of any incident. */
  kinds: Record<string, { planted: number; found: number; alerts: number; wrong: number }>;
}

interface ScoreOptions {
  policy: PolicySet;
  clock: () => number;
  /** First days that are reviewed but not counted: nobody has habits yet to stray from. */
  settlingDays?: number;
}

/** Reviews a made-up log from its first entry on. An incident is found when an alert names one of its entries. */
export function scoreOf(log: SyntheticLog, { policy, clock, settlingDays = 0 }: ScoreOptions): Score {
  const state = beginReview();
  const score: Score = { entries: 0, accesses: 0, unexplained: 0, routineUnexplained: 0, tookMs: 0, kinds: {} };
  const named: { kind: ReviewRuleKind; entries: readonly bigint[] }[] = [];
  const unexplained = new Set<bigint>();
  let days = 0;
  for (const entries of log.days()) {
    const started = clock();
    const { alerts, tallies } = reviewEntries(entries, state, { policy, ownSubjects: log.ownSubjects });
    score.tookMs += clock() - started;
    if (days++ < settlingDays) continue;
    for (const position of allPositions(state.unexplained.get(state.day) ?? [])) unexplained.add(BigInt(position));
    score.entries += entries.length;
    named.push(...alerts.map(({ kind, entries }) => ({ kind, entries })));
    for (const { accesses } of tallies.values()) score.accesses += accesses;
  }
  const kindOf = (kind: string) => (score.kinds[kind] ??= { planted: 0, found: 0, alerts: 0, wrong: 0 });
  const byEntry = new Map<bigint, number>();
  for (const [number, { entries }] of log.incidents) for (const seq of entries) byEntry.set(seq, number);
  score.unexplained = unexplained.size;
  score.routineUnexplained = [...unexplained].filter((seq) => !byEntry.has(seq)).length;
  const found = new Set<number>();
  for (const { kind, entries } of named) {
    const numbers = entries.flatMap((seq) => byEntry.get(seq) ?? []);
    for (const number of numbers) found.add(number);
    kindOf(kind).alerts += 1;
    if (numbers.length === 0) kindOf(kind).wrong += 1;
  }
  for (const [number, { kind, entries }] of log.incidents) {
    // What has not begun when the log ends was not planted.
    if (entries.size === 0) continue;
    kindOf(kind).planted += 1;
    if (found.has(number)) kindOf(kind).found += 1;
  }
  return score;
}
