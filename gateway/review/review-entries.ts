import type { PolicySet } from '../../policies/policy-set.ts';
import type { ReviewRule } from '../../policies/review-rules.ts';
import type { PositionedEntry } from '../querylog/read-entries.ts';
import { type Alert, alertId, alertOf } from './alert.ts';
import { daysAfter } from './city-moment.ts';
import { at, type Finding } from './detector.ts';
import { type AnyDetector, detectorsOf } from './detectors.ts';
import { explainsItself } from './explained.ts';
import { addPosition, hasPosition, type Positions } from './positions.ts';
import { type Account, type ReviewedLook, reviewedLook } from './reviewed-look.ts';
import { type DayOfLog, dayOfNext } from './steady-day.ts';

/** Form of {@link ReviewState} and of the rules' memories: what is remembered in another is made anew from the log. */
export const REVIEW_FORM = 2;

/** All that a review remembers of the entries so far: plain data, bounded by the rules' own windows. */
export interface ReviewState extends DayOfLog {
  form: typeof REVIEW_FORM;
  /** Memory of each rule, by its id. */
  memories: Map<string, { kind: string; memory: unknown }>;
  /** Ids of alerts already raised, each with the last day of its window. */
  raised: Map<string, string>;
  /** Positions of looks that are not explained, by the day on which that was found. */
  unexplained: Map<string, Positions>;
}

/** What a review counts, of one city day. */
export interface ReviewTally {
  /** Looks at which somebody's record left, and those of them that are not explained. */
  accesses: number;
  unexplained: number;
  alerts: number;
}

/** What a review makes of some entries. */
export interface Reviewed {
  alerts: readonly Alert[];
  /** By city day. What turns out to be unexplained later counts on the day it is found. */
  tallies: ReadonlyMap<string, ReviewTally>;
}

/** What entries are reviewed by. */
export interface ReviewBy {
  policy: PolicySet;
  /** Subjects that bear an account, of whom the gateway was told. */
  ownSubjects?: (account: Account) => readonly string[];
}

/** The state before the first entry. */
export function beginReview(): ReviewState {
  return { form: REVIEW_FORM, day: '', memories: new Map(), raised: new Map(), unexplained: new Map() };
}

/**
 * Reviews the next entries of a log, in their order, and moves the state on. The same entries after the same entries, in batches of
 * whatever size, always make the same alerts: neither a clock nor chance has a part in it.
 */
export function reviewEntries(entries: readonly PositionedEntry[], state: ReviewState, by: ReviewBy): Reviewed {
  const { policy, ownSubjects = () => [] } = by;
  const { review } = policy.source;
  const detectors = detectorsOf(review);
  const alerts: Alert[] = [];
  const tallies = new Map<string, ReviewTally>();
  let rules = rulesOn(state.day, policy);
  for (const placed of entries) {
    const { caller } = placed.entry;
    const own =
      caller?.operator === undefined ? [] : ownSubjects({ organization: caller.organization, operator: caller.operator });
    const day = dayOfNext(Date.parse(placed.entry.time), state);
    const look = reviewedLook(placed, { day, own, calendar: review.calendar });
    if (day !== state.day) {
      rules = rulesOn(day, policy);
      beginDay(day, state, { rules, detectors });
    }
    const found = findingsOf(look, state, { rules, detectors });
    const raised = raise(found, look, state);
    alerts.push(...raised.alerts);
    const tally = tallyOf(tallies, look.day);
    tally.alerts += raised.alerts.length;
    if (look.accessed) tally.accesses += 1;
    if (look.accessed && !explainsItself(look, policy)) raised.unexplained.push(look.seq);
    for (const seq of raised.unexplained) if (isNews(Number(seq), look.day, state)) tally.unexplained += 1;
  }
  return { alerts, tallies };
}

interface Rules {
  rules: readonly ReviewRule[];
  detectors: Readonly<Record<string, AnyDetector>>;
}

/** The rules in force on a city day. */
export function rulesOn(day: string, { source }: PolicySet): readonly ReviewRule[] {
  return source.review.rules.filter(({ effective: { from, to } }) => from <= day && (to === undefined || day <= to));
}

function beginDay(day: string, state: ReviewState, { rules, detectors }: Rules): void {
  const days = { day, ended: state.day };
  for (const rule of rules) detectors[rule.kind]?.beginDay(days, rule, memoryOf(rule, state, detectors));
  for (const [id, lastDay] of state.raised) if (lastDay < day) state.raised.delete(id);
  // An alert may name looks of its whole window, which are not to be counted twice.
  const oldest = daysAfter(day, -Math.max(1, ...rules.map((rule) => (rule.kind === 'MANY_OPERATORS' ? rule.days : 1))));
  for (const found of state.unexplained.keys()) if (found < oldest) state.unexplained.delete(found);
  state.day = day;
}

function memoryOf({ id, kind }: ReviewRule, { memories }: ReviewState, detectors: Rules['detectors']): unknown {
  const known = memories.get(id);
  if (known?.kind === kind) return known.memory;
  const memory = detectors[kind]?.begin();
  memories.set(id, { kind, memory });
  return memory;
}

function findingsOf(look: ReviewedLook, state: ReviewState, { rules, detectors }: Rules): [ReviewRule, Finding][] {
  const found: [ReviewRule, Finding][] = [];
  for (const rule of rules) {
    if (!speaksOf(rule, look)) continue;
    const findings = detectors[rule.kind]?.take(look, rule, memoryOf(rule, state, detectors)) ?? [];
    for (const finding of findings) found.push([rule, finding]);
  }
  return found;
}

/** An act concerns every rule, whoever acted: a subject's revocation ends what a bank may look at. */
function speaksOf({ actors, purposes }: ReviewRule, { entry: { caller, purpose, decision } }: ReviewedLook): boolean {
  if (decision === 'ACTED') return true;
  if (actors !== undefined && (caller === null || !actors.includes(caller.actor))) return false;
  return purposes === undefined || (purpose !== null && purposes.includes(purpose));
}

function raise(found: readonly [ReviewRule, Finding][], look: ReviewedLook, state: ReviewState) {
  const alerts: Alert[] = [];
  const unexplained: bigint[] = [];
  for (const [rule, finding] of found) {
    const id = alertId(finding, rule);
    if (state.raised.has(id)) {
      if (look.accessed) unexplained.push(look.seq);
      continue;
    }
    state.raised.set(id, daysAfter(finding.window, finding.days - 1));
    alerts.push(alertOf(finding, rule, look));
    for (const { seq, accessed } of finding.entries()) if (accessed) unexplained.push(seq);
  }
  return { alerts, unexplained };
}

/** Notes that a look is not explained; false when that was known. */
function isNews(seq: number, day: string, { unexplained }: ReviewState): boolean {
  for (const [found, positions] of unexplained) if (found !== day && hasPosition(positions, seq)) return false;
  return addPosition(
    at(unexplained, day, () => []),
    seq,
  );
}

function tallyOf(tallies: Map<string, ReviewTally>, day: string): ReviewTally {
  const known = tallies.get(day);
  if (known) return known;
  const tally = { accesses: 0, unexplained: 0, alerts: 0 };
  tallies.set(day, tally);
  return tally;
}
