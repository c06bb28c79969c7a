import type { ReviewRule, ReviewRuleKind } from '../../policies/review-rules.ts';
import type { ReviewedLook } from './reviewed-look.ts';

/** An entry that counted towards a finding, and whether a record left with it. */
export interface Counted {
  seq: bigint;
  accessed: boolean;
}

/** What a rule finds at a look: that whatever `key` names is past the rule's threshold within `window`. */
export interface Finding {
  /** First day of the window it was found in, which is part of the alert's identity: one alert a window and key. */
  window: string;
  /** Length of the window, in days. */
  days: number;
  /** What it is about, as far as the rule tells one from another. */
  key: readonly string[];
  /** Whom it is about, where it is about one. */
  subject?: string;
  /** In one Chinese sentence: opaque ids and accounts, no name and no record. Asked for once an alert. */
  sentence(): string;
  /** The figures of the sentence, by name. */
  figures: Readonly<Record<string, number | string>>;
  /** The entries it stands on, this look's own included. Asked for once an alert. */
  entries(): readonly Counted[];
}

/** The rule of one kind. */
export type RuleOf<Kind extends ReviewRuleKind> = Extract<ReviewRule, { kind: Kind }>;

/**
 * How one kind of rule is evaluated. All it knows of earlier looks is in its memory: plain data (maps, sets, arrays) that can be
 * kept and taken up again, and that forgets by the day, so that it stays bounded and the same looks always give the same findings.
 */
export interface Detector<Kind extends ReviewRuleKind, Memory> {
  /** The memory of a rule that has seen nothing. */
  begin(): Memory;
  /** Takes a look into the memory; what it finds, if anything, at this look and every later one of the same window. */
  take(look: ReviewedLook, rule: RuleOf<Kind>, memory: Memory): readonly Finding[];
  /** A day has begun, the one before ended: what is older than the rule needs is forgotten. */
  beginDay(days: { day: string; ended: string }, rule: RuleOf<Kind>, memory: Memory): void;
}

/** Nothing found. */
export const NOTHING: readonly Finding[] = [];

/** What a look counts as towards a finding. */
export function counted({ seq, accessed }: ReviewedLook): Counted {
  return { seq, accessed };
}

/** The account of a look, for a sentence. */
export function accountText({ account: { organization, operator } }: ReviewedLook): string {
  return operator === null ? `机构 ${organization} 的系统` : `账号 ${operator}（机构 ${organization}）`;
}

/** The value of a key, made where there is none yet. */
export function at<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
