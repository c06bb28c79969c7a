import { hash } from 'node:crypto';
import type { ReviewRule, ReviewRuleKind } from '../../policies/review-rules.ts';
import { createBoundedCache } from '../disclosure/bounded-cache.ts';
import type { Finding } from './detector.ts';
import type { ReviewedLook } from './reviewed-look.ts';

/** Something an auditor is to review: what a rule found, once for a window and key. */
export interface Alert {
  /** `ra-` and 22 base64url characters, made of rule, window and key: the same look at the same log finds the same alert. */
  id: string;
  /** Id of the rule, such as `RV-1`. */
  rule: string;
  kind: ReviewRuleKind;
  /** Time of the entry at which it was found, RFC 3339 UTC. */
  time: string;
  /** City date of that entry. */
  day: string;
  organization: string;
  operator: string | null;
  /** Opaque id, where it is about one subject. */
  subject: string | null;
  /** What was found, with its figures, in one Chinese sentence. */
  sentence: string;
  figures: Readonly<Record<string, number | string>>;
  /** Positions of the entries it stands on: the newest, at most 1,000. */
  entries: readonly bigint[];
  /** How many there are in all. */
  entryCount: number;
}

/** More than any rule of sense needs before it finds something. */
const MAX_ENTRIES = 1_000;

/** The alert of a finding at a look. Pure. */
export function alertOf(finding: Finding, rule: ReviewRule, look: ReviewedLook): Alert {
  const entries = finding.entries();
  return {
    id: alertId(finding, rule),
    rule: rule.id,
    kind: rule.kind,
    time: look.entry.time,
    day: look.day,
    // Many operators are found at the last of them, whom the alert is not about.
    ...(rule.kind === 'MANY_OPERATORS' ? { organization: '', operator: null } : look.account),
    subject: finding.subject ?? null,
    sentence: finding.sentence(),
    figures: finding.figures,
    entries: entries.slice(-MAX_ENTRIES).map(({ seq }) => seq),
    entryCount: entries.length,
  };
}

/** The id of the alert that a finding belongs to. */
export function alertId({ window, key }: Finding, { id }: ReviewRule): string {
  // Of texts alone, this is canonical (RFC 8785).
  const text = JSON.stringify([id, window, ...key]);
  return ids.remember(text, () => `ra-${hash('sha256', text, 'base64url').slice(0, 22)}`);
}

/** Asked for at every look of a window in which there is an alert already. */
const ids = createBoundedCache<string>(10_000);
