import * as v from 'valibot';
import { isCalendarDate } from '../schema/calendar.ts';
import { ACTORS } from '../schema/signed-context.ts';
import type { PolicyFault } from './fault.ts';
import { readYaml, validateYaml } from './yaml-file.ts';
import type { Path, YamlFile } from './yaml-file.ts';

const WEEKDAYS = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const;

const words = v.pipe(v.string(), v.trim(), v.nonEmpty('must not be empty'));
const list = <Item extends v.GenericSchema>(item: Item) => v.pipe(v.array(item), v.minLength(1, 'names nothing'));
const date = v.pipe(v.string(), v.check(isCalendarDate, 'must be a date, YYYY-MM-DD'));
const time = v.pipe(v.string(), v.regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time, HH:MM'));
const count = v.pipe(v.number(), v.integer('must be a whole number'), v.minValue(1, 'must be at least 1'));
/** A log is kept for years, but no rule may remember for ever. */
const days = v.pipe(count, v.maxValue(400, 'must be at most 400 days'));
const times = v.pipe(v.number(), v.minValue(1, 'must be at least 1'));
const share = v.pipe(v.number(), v.minValue(0, 'must be a share from 0 to 1'), v.maxValue(1, 'must be a share from 0 to 1'));

/** What every rule has: without a legal basis none loads. Without `actors` or `purposes` it speaks of all. */
const common = {
  id: v.pipe(v.string(), v.regex(/^RV-\d+$/, 'must look like RV-1')),
  title: words,
  basis: v.pipe(v.array(words), v.minLength(1, 'a legal basis is required')),
  effective: v.strictObject({ from: date, to: v.optional(date) }),
  actors: v.optional(list(v.picklist(ACTORS, `must be one of ${ACTORS.join(', ')}`))),
  purposes: v.optional(list(words)),
};
const rule = <const Kind extends string, Thresholds extends v.ObjectEntries>(kind: Kind, thresholds: Thresholds) =>
  v.strictObject({ ...common, kind: v.literal(kind), ...thresholds });

const ruleSchema = v.variant('kind', [
  rule('MANY_SUBJECTS', {
    subjects: count,
    timesMedian: times,
    timesOwn: times,
    ownSamples: count,
    peerDays: days,
    peerSamples: count,
  }),
  rule('MANY_OPERATORS', { operators: count, days, timesUsual: times, usualDays: days }),
  rule('OFF_HOURS', { subjects: count, usualShare: share, usualDays: days }),
  rule('REFUSED_THEN_RELEASED', { refusals: count, ways: count, minutes: v.pipe(count, v.maxValue(1440)), codes: list(words) }),
  rule('ENUMERATION', { misses: count, missedShare: share }),
  rule('OWN_SUBJECT', {}),
  rule('PURPOSE_MATTER', {}),
  rule('AFTER_END', { endedBy: list(words), attempts: count, rememberDays: days }),
  rule('EXPORT_SPIKE', { exportedBy: list(words), exports: count, timesUsual: times, usualDays: days }),
  rule('WATCHED_SUBJECT', { days }),
  rule('NAGGING', { codes: list(words), attempts: count, days }),
]);

const fileSchema = v.strictObject({
  calendar: v.strictObject({
    hours: v.strictObject({ from: time, to: time }),
    weekend: v.array(v.picklist(WEEKDAYS, `must be one of ${WEEKDAYS.join(', ')}`)),
    holidays: v.array(v.strictObject({ name: words, from: date, to: date })),
    workdays: v.array(date),
  }),
  matterTypes: v.array(v.strictObject({ name: words, words: list(words), purposes: list(words) })),
  /** For how long two auditors may read what they unsealed. */
  unsealing: v.strictObject({ days }),
  rules: v.array(ruleSchema),
});

/** Everything `review-rules.yaml` says; thresholds in the units their names say, dates of the city, both ends included. */
export type ReviewPolicy = v.InferOutput<typeof fileSchema>;
/** One rule that may raise alerts, with its thresholds. */
export type ReviewRule = ReviewPolicy['rules'][number];
/** What a rule looks for. */
export type ReviewRuleKind = ReviewRule['kind'];
/** When the city works. */
export type WorkingCalendar = ReviewPolicy['calendar'];

/** Where a policy says nothing about review: nothing is reviewed, and any matter may serve any purpose. */
const NO_REVIEW: ReviewPolicy = Object.freeze({
  calendar: { hours: { from: '00:00', to: '23:59' }, weekend: [], holidays: [], workdays: [] },
  matterTypes: [],
  unsealing: { days: 1 },
  rules: [],
});

/** Reads `review-rules.yaml`; a policy directory without the file reviews nothing. `text` undefined = there is no file. */
export function parseReviewRules(
  name: string,
  text: string | undefined,
): { review: ReviewPolicy; faults: readonly PolicyFault[] } {
  if (text === undefined) return { review: NO_REVIEW, faults: [] };
  const { file, faults } = readYaml(name, text);
  if (faults.length > 0) return { review: NO_REVIEW, faults };
  const { value, faults: wrong } = validateYaml(fileSchema, file);
  return value === undefined ? { review: NO_REVIEW, faults: wrong } : { review: value, faults: contradictions(value, file) };
}

/** The same from a version that was kept. @throws {v.ValiError} when the content is not what was kept. */
export function keptReviewRules(content: unknown): ReviewPolicy {
  return content === undefined ? NO_REVIEW : v.parse(fileSchema, content);
}

/** What no single value shows to be wrong; and purposes that do not exist. */
export function reviewFaults({ matterTypes, rules }: ReviewPolicy, purposes: ReadonlySet<string>): PolicyFault[] {
  const named = [
    ...matterTypes.map(({ name, purposes: codes }) => ({ by: name, codes })),
    ...rules.map(({ id, purposes: codes = [] }) => ({ by: id, codes })),
  ];
  return named.flatMap(({ by, codes }) =>
    codes
      .filter((code) => !purposes.has(code))
      .map((code) => ({ at: 'review-rules.yaml:1', message: `${by}: there is no purpose ${code}` })),
  );
}

function contradictions({ calendar, rules }: ReviewPolicy, file: YamlFile): PolicyFault[] {
  const faults: PolicyFault[] = [];
  const fault = (path: Path, message: string) => faults.push({ at: file.at(path), message });
  if (calendar.hours.to <= calendar.hours.from) fault(['calendar', 'hours'], 'calendar.hours: ends before it begins');
  calendar.holidays.forEach(({ name, from, to }, index) => {
    if (to < from) fault(['calendar', 'holidays', index], `${name}: ends before it begins`);
  });
  const seen = new Set<string>();
  rules.forEach(({ id, effective }, index) => {
    if (effective.to !== undefined && effective.to < effective.from)
      fault(['rules', index, 'effective'], `${id}: effective.to is before effective.from`);
    if (seen.has(id)) fault(['rules', index, 'id'], `${id}: the id is used twice`);
    seen.add(id);
  });
  return faults;
}
