import * as v from 'valibot';
import { CATEGORIES, SENSITIVITIES } from '../schema/classification.ts';
import type { Sensitivity } from '../schema/classification.ts';
import { ACTORS } from '../schema/signed-context.ts';
import type { Actor } from '../schema/signed-context.ts';
import type { PolicyFault } from './fault.ts';
import type { Limits, PurposeSource, Rule } from './policy-source.ts';
import type { Treatment } from './treatment.ts';
import { readYaml, validateYaml } from './yaml-file.ts';
import type { Path, YamlFile } from './yaml-file.ts';

/**
 * Reads one file of `purposes/`. Officials write treatments in lower case and may write `categories: all`;
 * the result has every shorthand written out. A purpose without a legal basis is a fault, as is an unknown key.
 */
export function parsePurpose(name: string, text: string): { purpose: PurposeSource | undefined; faults: readonly PolicyFault[] } {
  const { file, faults } = readYaml(name, text);
  if (faults.length > 0) return { purpose: undefined, faults };
  const checked = validateYaml(purposeSchema, file);
  if (checked.value === undefined) return { purpose: undefined, faults: checked.faults };
  const purpose = expand(checked.value, file);
  const wrong = faultsOf(purpose, file);
  return wrong.length > 0 ? { purpose: undefined, faults: wrong } : { purpose, faults: [] };
}

const TREATMENT_WORDS = ['reveal', 'generalize', 'mask', 'pseudonymize', 'withhold'] as const;
const CITY_DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

const words = v.pipe(v.string(), v.trim(), v.nonEmpty('must not be empty'));
const basisSchema = v.pipe(v.array(words), v.minLength(1, 'a legal basis is required'));
const treatmentSchema = v.pipe(
  v.picklist(TREATMENT_WORDS, `must be one of ${TREATMENT_WORDS.join(', ')}`),
  v.transform((word) => word.toUpperCase() as Treatment),
);
const dateSchema = v.pipe(v.string(), v.regex(CITY_DATE, 'must be a date, YYYY-MM-DD'));
const count = v.pipe(v.number(), v.integer('must be a whole number'), v.minValue(1, 'must be at least 1'));
const actorsSchema = v.pipe(v.array(v.picklist(ACTORS, `must be one of ${ACTORS.join(', ')}`)), v.minLength(1, 'names no actor'));
const categoriesSchema = v.array(v.picklist(CATEGORIES, `must be one of ${CATEGORIES.join(', ')}`));

const ruleSchema = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[A-Z]+-\d+$/, 'must look like AAC-1')),
  note: v.optional(words),
  basis: v.optional(basisSchema),
  actors: v.optional(actorsSchema),
  subjects: v.optional(v.picklist(['organizations', 'persons'], 'must be organizations or persons')),
  categories: v.optional(
    v.union([v.literal('all'), v.pipe(categoriesSchema, v.minLength(1))], `must be all or a list of ${CATEGORIES.join(', ')}`),
  ),
  fields: v.optional(v.pipe(v.array(words), v.minLength(1, 'names no field'))),
  treatment: v.optional(treatmentSchema),
  mask: v.optional(words),
  override: v.optional(v.boolean()),
  PUBLIC: v.optional(treatmentSchema),
  INTERNAL: v.optional(treatmentSchema),
  PERSONAL: v.optional(treatmentSchema),
  COMMERCIAL: v.optional(treatmentSchema),
  SENSITIVE: v.optional(treatmentSchema),
});

const purposeSchema = v.strictObject({
  code: v.pipe(v.string(), v.regex(/^[A-Z][A-Z0-9_]*$/, 'must be upper case, like LOAN_PRE')),
  name: words,
  description: words,
  basis: v.pipe(v.array(words, 'a legal basis is required'), v.minLength(1, 'a legal basis is required')),
  effective: v.strictObject({ from: dateSchema, to: v.optional(dateSchema) }),
  actors: actorsSchema,
  requires: v.strictObject({
    matter: v.boolean(),
    authorization: v.picklist(['none', 'subject'], 'must be none or subject'),
    categories: v.optional(categoriesSchema, []),
    self: v.optional(v.boolean(), false),
  }),
  limits: v.strictObject({
    subjectsPerRequest: v.optional(count),
    subjectsPerDay: v.optional(count),
    requestsPerHour: v.optional(count),
    requestsPerMiss: v.optional(count),
    organization: v.optional(v.strictObject({ subjectsPerDay: v.optional(count), requestsPerHour: v.optional(count) })),
    thresholdsPerAuthorization: v.optional(count),
  }),
  discloses: v.array(ruleSchema),
  own: v.optional(v.array(ruleSchema), []),
  authorized: v.optional(v.array(ruleSchema), []),
});

type PurposeYaml = v.InferOutput<typeof purposeSchema>;
type RuleYaml = v.InferOutput<typeof ruleSchema>;
const LISTS = ['discloses', 'own', 'authorized'] as const;
type RuleList = (typeof LISTS)[number];

function expand(yaml: PurposeYaml, file: YamlFile): PurposeSource {
  const { code, name, description, basis, actors, requires } = yaml;
  const { from, to } = yaml.effective;
  const rules = (list: RuleList) =>
    yaml[list].map((rule, index) => expandRule(rule, { basis, actors, at: file.at([list, index]) }));
  return {
    code,
    name,
    description,
    basis,
    actors,
    requires,
    effective: { from, ...(to !== undefined && { to }) },
    limits: yaml.limits as Limits,
    discloses: rules('discloses'),
    own: rules('own'),
    authorized: rules('authorized'),
    at: file.at([]),
  };
}

function expandRule(yaml: RuleYaml, inherited: { basis: readonly string[]; actors: readonly Actor[]; at: string }): Rule {
  return {
    id: yaml.id,
    basis: yaml.basis ?? inherited.basis,
    actors: yaml.actors ?? inherited.actors,
    subjects: yaml.subjects ?? 'both',
    scope: yaml.fields !== undefined ? { fields: yaml.fields } : { categories: categoriesOf(yaml) },
    treatments: treatmentsOf(yaml),
    ...(yaml.mask !== undefined && { mask: yaml.mask }),
    override: yaml.override ?? false,
    at: inherited.at,
  };
}

function categoriesOf({ categories }: RuleYaml) {
  return categories === 'all' || categories === undefined ? CATEGORIES : categories;
}

function treatmentsOf(yaml: RuleYaml): Partial<Record<Sensitivity, Treatment>> {
  const stated = SENSITIVITIES.map((name) => [name, yaml.treatment ?? yaml[name]] as const);
  return Object.fromEntries(stated.filter(([, treatment]) => treatment !== undefined));
}

/** What no single value shows to be wrong. */
function faultsOf(purpose: PurposeSource, file: YamlFile): PolicyFault[] {
  const faults: PolicyFault[] = [];
  const { from, to } = purpose.effective;
  const fault = (path: Path, message: string) => faults.push({ at: file.at(path), message });
  if (to !== undefined && to < from) fault(['effective', 'to'], 'effective.to is before effective.from');
  if (purpose.limits.requestsPerMiss !== undefined && purpose.limits.requestsPerHour === undefined)
    fault(['limits', 'requestsPerMiss'], 'limits.requestsPerMiss needs limits.requestsPerHour, of which it is taken');
  if (purpose.authorized.length > 0 && purpose.limits.thresholdsPerAuthorization === undefined)
    fault(['limits'], 'limits.thresholdsPerAuthorization is required where an authorization discloses more');
  const yaml = file.value as Partial<Record<RuleList, RuleYaml[]>>;
  const seen = new Set<string>();
  for (const list of LISTS)
    (yaml[list] ?? []).forEach((rule, index) => {
      for (const message of ruleFaults(rule, purpose, list)) fault([list, index], `${rule.id}: ${message}`);
      if (seen.has(rule.id)) fault([list, index, 'id'], `${rule.id}: the id is used twice`);
      seen.add(rule.id);
    });
  return faults;
}

function ruleFaults(rule: RuleYaml, purpose: PurposeSource, list: RuleList): string[] {
  const faults: string[] = [];
  const classes = SENSITIVITIES.filter((name) => rule[name] !== undefined);
  if (rule.categories !== undefined && rule.fields !== undefined) faults.push('names both categories and fields');
  // In `own` a rule without a scope speaks of everything the department owns; elsewhere that would be a slip.
  if (rule.categories === undefined && rule.fields === undefined && list !== 'own')
    faults.push('names neither categories nor fields');
  if (rule.treatment === undefined && classes.length === 0) faults.push('names no treatment');
  if (rule.treatment !== undefined && classes.length > 0)
    faults.push('names a treatment both for all classes and for single ones');
  if (rule.override === true && rule.basis === undefined) faults.push('an override needs a legal basis of its own');
  if (rule.override === true && rule.fields === undefined) faults.push('an override names single fields, never categories');
  if (rule.mask !== undefined && rule.fields === undefined) faults.push('a mask is named for single fields only');
  for (const actor of rule.actors ?? [])
    if (!purpose.actors.includes(actor)) faults.push(`${actor} is not an actor of the purpose`);
  return faults;
}
