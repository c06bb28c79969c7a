import { readFileSync } from 'node:fs';
import { Kind, parse as parseSdl } from 'graphql';
import * as v from 'valibot';
import { parse } from 'yaml';
import { fenFromYuan } from '../../schema/scalars/decimal.ts';

const TIER_NAMES = ['MINOR', 'GENERAL', 'SERIOUS'] as const;
const date = v.pipe(v.string(), v.isoDate('a date such as 2026-04-01, quoted'));
const fen = v.pipe(
  v.string('yuan as quoted text'),
  v.check((yuan) => fenFromYuan(yuan) !== undefined, 'yuan such as 3000.00'),
  v.transform((yuan) => String(fenFromYuan(yuan))),
);
/** The values of PenaltyCategory: a tier of a category that no penalty has would describe none. */
const CATEGORIES = parseSdl(readFileSync(new URL('schema.graphql', import.meta.url), 'utf8')).definitions.flatMap((definition) =>
  definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'PenaltyCategory'
    ? (definition.values ?? []).map(({ name }) => name.value)
    : [],
);
const categories = v.pipe(v.array(v.picklist(CATEGORIES, 'a value of PenaltyCategory')), v.minLength(1));

const TIER = v.strictObject({
  tier: v.picklist(TIER_NAMES),
  publicityMonths: v.pipe(v.number(), v.integer(), v.minValue(0)),
  anyCategory: v.optional(categories),
  onlyCategories: v.optional(categories),
  procedure: v.optional(v.picklist(['SIMPLE', 'ORDINARY'])),
  fineBelow: v.optional(fen),
  fineAtLeast: v.optional(fen),
  demo: v.optional(v.boolean()),
});
const RULE = v.strictObject({
  id: v.string(),
  name: v.string(),
  // A rule without a legal basis does not load.
  basis: v.pipe(v.array(v.string()), v.minLength(1)),
  effective: v.pipe(
    v.strictObject({ from: v.optional(date), to: v.optional(date) }),
    v.check(({ from, to }) => from === undefined || to === undefined || from <= to, 'a day to that is not before the day from'),
  ),
  tiers: v.pipe(v.array(TIER), v.minLength(1)),
});
const FILE = v.strictObject({ rules: v.pipe(v.array(RULE), v.minLength(1)) });

/**
 * Reads publicity-rules.yaml into the JSON text that the penalties statement joins: one object a tier, in the order in
 * which they are tried. Throws an Error naming the fault when the file is not of its form.
 */
export function loadPublicityRules(file: string | URL): string {
  const parsed = v.safeParse(FILE, parse(readFileSync(file, 'utf8')));
  if (!parsed.success)
    throw new Error(`${file}: ${parsed.issues.map((issue) => `${v.getDotPath(issue)}: expected ${issue.message}`).join('; ')}`);
  const tiers = parsed.output.rules.flatMap(({ effective, tiers }) => tiers.map((tier) => ({ ...effective, ...tier })));
  return JSON.stringify(
    tiers.map((tier, index) => ({
      rank: index,
      effective_from: tier.from ?? '-infinity',
      effective_to: tier.to ?? 'infinity',
      tier: tier.tier,
      publicity_months: tier.publicityMonths,
      any_category: tier.anyCategory,
      only_categories: tier.onlyCategories,
      procedure: tier.procedure,
      fine_below_fen: tier.fineBelow,
      fine_at_least_fen: tier.fineAtLeast,
    })),
  );
}
