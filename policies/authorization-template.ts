import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { CATEGORIES } from '../schema/classification.ts';
import { ASSURANCE_LEVELS, CONSENT_CHANNELS, SIGNATORY_ROLES } from '../schema/authorization-terms.ts';
import type { PolicyFault } from './fault.ts';
import { readYaml, validateYaml } from './yaml-file.ts';

/** No authorization lasts longer, whatever a template says: once for a whole life (一次授权终身) cannot be expressed. */
export const LONGEST_DAYS = 366;

const words = v.pipe(v.string(), v.trim(), v.nonEmpty('must not be empty'));
const date = v.pipe(v.string(), v.regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'must be a date, YYYY-MM-DD'));
const count = v.pipe(v.number('is required'), v.integer('must be a whole number'), v.minValue(1, 'must be at least 1'));
const days = v.pipe(count, v.maxValue(LONGEST_DAYS, `must be at most ${LONGEST_DAYS}`));
const some = <const Names extends readonly string[]>(names: Names) =>
  v.pipe(v.array(v.picklist(names, `must be one of ${names.join(', ')}`)), v.minLength(1, 'names none'));

/** One file of `authorization-templates/`: what an authorization may say at most. Without every limit it does not load. */
export const templateSchema = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[A-Z][A-Z0-9_]*$/, 'must be upper case, like LOAN_PRE')),
  version: words,
  name: words,
  purpose: words,
  basis: v.pipe(v.array(words, 'a legal basis is required'), v.minLength(1, 'a legal basis is required')),
  effective: v.strictObject({ from: date, to: v.optional(date) }),
  /** What the signatory reads; the authorization holds its hash. */
  notice: words,
  /** Categories, and of these all fields or only those named. */
  scope: v.strictObject({ categories: some(CATEGORIES), fields: v.optional(v.array(words)) }),
  subjects: v.picklist(['organizations', 'both'], 'must be organizations or both'),
  limits: v.pipe(
    v.strictObject({ days, uses: count, usesPerDay: count, windowMonths: count, dataLifeDays: days }),
    v.check(({ uses, usesPerDay }) => usesPerDay <= uses, 'usesPerDay must be at most uses'),
  ),
  requires: v.strictObject({
    separateConsent: v.boolean(),
    /** Only while the grantee attests that the loan of the matter is open. */
    openLoan: v.boolean(),
    assurance: v.picklist(ASSURANCE_LEVELS, `must be one of ${ASSURANCE_LEVELS.join(', ')}`),
    signatories: some(SIGNATORY_ROLES),
    channels: some(CONSENT_CHANNELS),
  }),
  /** A request lapses unanswered; after a refusal the subject is left alone. */
  requests: v.strictObject({ answerWithinDays: days, repeats: v.pipe(count), repeatsWithinDays: days }),
  /** How long a use may be reserved before it counts as crashed and is returned. */
  reservationSeconds: count,
});

/** A template in one period of force, and one version. */
export type AuthorizationTemplate = v.InferOutput<typeof templateSchema>;

/** Reads one file of `authorization-templates/`. */
export function parseTemplate(
  name: string,
  text: string,
): { template: AuthorizationTemplate | undefined; faults: readonly PolicyFault[] } {
  const { file, faults } = readYaml(name, text);
  if (faults.length > 0) return { template: undefined, faults };
  const { value, faults: wrong } = validateYaml(templateSchema, file);
  return { template: value, faults: wrong };
}

/** SHA-256 (hex) of the notice's text in UTF-8, as the signatory was shown it. */
export function noticeHash({ notice }: Pick<AuthorizationTemplate, 'notice'>): string {
  return createHash('sha256').update(notice).digest('hex');
}
