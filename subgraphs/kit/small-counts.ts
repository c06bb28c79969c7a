import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { parse } from 'yaml';
import { cityToday } from '../../schema/city-clock.ts';
import { fenFromYuan } from '../../schema/scalars/decimal.ts';
import type { DepartmentContext } from './department-context.ts';

/** No rule may publish a count below it. */
const LEAST = 5;
const date = v.pipe(v.string(), v.isoDate());
const FILE = v.strictObject({
  rules: v.array(
    v.strictObject({
      id: v.string(),
      basis: v.pipe(v.array(v.string()), v.minLength(1)),
      effective: v.strictObject({ from: date, to: v.optional(date) }),
      smallestCount: v.pipe(v.number(), v.integer(), v.minValue(LEAST)),
      moneyBounds: v.pipe(
        v.array(v.string()),
        v.minLength(1),
        v.check((bounds) => bounds.every((bound) => fenFromYuan(bound) !== undefined)),
      ),
      demo: v.optional(v.boolean()),
    }),
  ),
});
type SmallCounts = v.InferOutput<typeof FILE>['rules'][number];

/** Reads small-counts.yaml. Throws an Error when it is not of its form, or would publish a count below five. */
export function loadSmallCounts(text: string): readonly SmallCounts[] {
  return v.parse(FILE, parse(text)).rules;
}

const RULES = loadSmallCounts(readFileSync(new URL('small-counts.yaml', import.meta.url), 'utf8'));

/** The least count of subjects that a statistic may show today. Throws when no rule is in force: then nothing is counted. */
export function smallestCount({ clock }: Pick<DepartmentContext, 'clock'>): number {
  return inForce(cityToday(clock)).smallestCount;
}

/** Where the bands of amounts begin today, in 分 as text, rising. Throws when no rule is in force. */
export function moneyBounds({ clock }: Pick<DepartmentContext, 'clock'>): readonly string[] {
  return inForce(cityToday(clock)).moneyBounds.map((yuan) => String(fenFromYuan(yuan)));
}

function inForce(today: string): SmallCounts {
  const rule = RULES.find(({ effective: { from, to } }) => from <= today && (to === undefined || today <= to));
  if (rule === undefined) throw new Error('no rule of small-counts.yaml is in force');
  return rule;
}
