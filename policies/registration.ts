import * as v from 'valibot';
import { ACTORS, type Actor } from '../schema/signed-context.ts';

const words = v.pipe(v.string(), v.trim(), v.nonEmpty('must not be empty'));
const date = v.pipe(v.string(), v.regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'must be a date, YYYY-MM-DD'));
/** No approval lasts longer, whatever a rule says: an operation that is never looked at again would have no reviewer. */
const LONGEST_DAYS = 366;

/** One rule of `registration` in policy-set.yaml: callers who run registered operations only (查询登记与审查). */
export const registrationSchema = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^REG-\d+$/, 'must look like REG-1')),
  note: words,
  basis: v.pipe(v.array(words), v.minLength(1, 'a legal basis is required')),
  actors: v.pipe(v.array(v.picklist(ACTORS, `must be one of ${ACTORS.join(', ')}`)), v.minLength(1, 'names no actor')),
  effective: v.strictObject({ from: date, to: v.optional(date) }),
  /** Whether it holds where software is developed, too. */
  inDevelopment: v.boolean(),
  /** The longest an approval may last. */
  approvalDays: v.pipe(
    v.number(),
    v.integer('must be a whole number'),
    v.minValue(1, 'must be at least 1'),
    v.maxValue(LONGEST_DAYS, `must be at most ${LONGEST_DAYS}`),
  ),
  /** Purposes for which any operation will do. */
  exceptPurposes: v.optional(v.array(words), []),
});

/** Callers of these kinds run only what was registered and approved. `effective` are city dates. */
export type RegistrationRule = v.InferOutput<typeof registrationSchema>;

/** Who asks, why, when and where. */
export interface RegistrationCase {
  actor: Actor;
  purpose: string;
  /** City date. */
  today: string;
  production: boolean;
}

/** The rule by which the caller needs a registered operation; undefined where it may run any. */
export function registrationRule(
  rules: readonly RegistrationRule[],
  { actor, purpose, today, production }: RegistrationCase,
): RegistrationRule | undefined {
  return rules.find(
    ({ actors, effective: { from, to }, inDevelopment, exceptPurposes }) =>
      actors.includes(actor) &&
      from <= today &&
      (to === undefined || today <= to) &&
      (production || inDevelopment) &&
      !exceptPurposes.includes(purpose),
  );
}

/** How long an approval for this kind of caller may last, of several rules the shortest; undefined where none will ever need one. */
export function longestApprovalDays(rules: readonly RegistrationRule[], actor: Actor): number | undefined {
  const days = rules.filter(({ actors }) => actors.includes(actor)).map(({ approvalDays }) => approvalDays);
  return days.length === 0 ? undefined : Math.min(...days);
}
