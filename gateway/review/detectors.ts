import type { ReviewPolicy, ReviewRule, ReviewRuleKind } from '../../policies/review-rules.ts';
import type { Detector, Finding } from './detector.ts';
import type { ReviewedLook } from './reviewed-look.ts';
import { afterEnd } from './rules/after-end.ts';
import { enumeration } from './rules/enumeration.ts';
import { exportSpike } from './rules/export-spike.ts';
import { manyOperators } from './rules/many-operators.ts';
import { manySubjects } from './rules/many-subjects.ts';
import { nagging } from './rules/nagging.ts';
import { offHours } from './rules/off-hours.ts';
import { ownSubject } from './rules/own-subject.ts';
import { purposeMatter } from './rules/purpose-matter.ts';
import { refusedThenReleased } from './rules/refused-then-released.ts';
import { watchedSubject } from './rules/watched-subject.ts';

/** A detector of any kind: whoever holds a memory and a rule of its kind may use it. */
export interface AnyDetector {
  begin(): unknown;
  take(look: ReviewedLook, rule: ReviewRule, memory: unknown): readonly Finding[];
  beginDay(days: { day: string; ended: string }, rule: ReviewRule, memory: unknown): void;
}

/** One detector a kind of rule. */
export function detectorsOf({ matterTypes }: Pick<ReviewPolicy, 'matterTypes'>): Readonly<Record<ReviewRuleKind, AnyDetector>> {
  return {
    MANY_SUBJECTS: any(manySubjects),
    MANY_OPERATORS: any(manyOperators),
    OFF_HOURS: any(offHours),
    REFUSED_THEN_RELEASED: any(refusedThenReleased),
    ENUMERATION: any(enumeration),
    OWN_SUBJECT: any(ownSubject),
    PURPOSE_MATTER: any(purposeMatter(matterTypes)),
    AFTER_END: any(afterEnd),
    EXPORT_SPIKE: any(exportSpike),
    WATCHED_SUBJECT: any(watchedSubject),
    NAGGING: any(nagging),
  };
}

/** The table above pairs each detector with the rules of its own kind, which is all its types asked for. */
function any<Kind extends ReviewRuleKind, Memory>(detector: Detector<Kind, Memory>): AnyDetector {
  return detector as unknown as AnyDetector;
}
