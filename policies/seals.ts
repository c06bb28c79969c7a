import * as v from 'valibot';

const words = v.pipe(v.string(), v.trim(), v.nonEmpty('must not be empty'));
const date = v.pipe(v.string(), v.regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'must be a date, YYYY-MM-DD'));

/** One rule of `seals` in policy-set.yaml. Without an end, or without a legal basis, none loads. */
export const sealSchema = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^SEAL-\d+$/, 'must look like SEAL-1')),
  note: words,
  basis: v.pipe(v.array(words), v.minLength(1, 'a legal basis is required')),
  purposes: v.pipe(v.array(words), v.minLength(1, 'names no purpose')),
  organizations: v.optional(v.array(words)),
  matterPrefix: v.optional(words),
  effective: v.strictObject({ from: date, to: v.optional(date) }),
  days: v.pipe(v.number(), v.integer('must be a whole number'), v.minValue(1, 'must be at least 1')),
});

/**
 * Looks that are kept from their subject for some days: for a purpose, by certain organisations or for matters that begin with
 * a text, where the rule says so. `effective` are city dates of the look.
 */
export type SealRule = v.InferOutput<typeof sealSchema>;

/** A look in so far as a seal may speak of it. */
export interface SealableLook {
  /** City date of the look. */
  date: string;
  purpose: string | null;
  organization: string;
  matter: string | null;
}

/** The day on which a look may be told to its subject and why not before, by the rule that keeps it longest; null when it may be told today. */
export function sealOf(
  rules: readonly SealRule[],
  look: SealableLook,
  today: string,
): { unsealsOn: string; rule: string; basis: readonly string[] } | null {
  const sealed = rules
    .filter((rule) => speaksOf(rule, look))
    .map(({ id, basis, days }) => ({ unsealsOn: daysAfter(look.date, days), rule: id, basis }))
    .filter(({ unsealsOn }) => today < unsealsOn);
  return sealed.reduce<(typeof sealed)[number] | null>(
    (longest, one) => (longest && longest.unsealsOn >= one.unsealsOn ? longest : one),
    null,
  );
}

function speaksOf(rule: SealRule, { date: day, purpose, organization, matter }: SealableLook): boolean {
  const { from, to } = rule.effective;
  return (
    purpose !== null &&
    rule.purposes.includes(purpose) &&
    from <= day &&
    (to === undefined || day <= to) &&
    (rule.organizations?.includes(organization) ?? true) &&
    (rule.matterPrefix === undefined || (matter?.startsWith(rule.matterPrefix) ?? false))
  );
}

function daysAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
