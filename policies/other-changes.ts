import { canonicalJson } from './canonical-json.ts';
import type { PolicySet } from './policy-set.ts';
import type { PurposeSource } from './policy-source.ts';
import { rulesOf } from './validate-policies.ts';

/** Something beside the cells that two versions have otherwise. */
export interface OtherChange {
  /** A purpose with its first day, a threshold's argument, the id of a rule, or a template with its version. */
  name: string;
  direction: 'ADDED' | 'CHANGED' | 'REMOVED';
  /** Of what was changed, which members; empty otherwise. */
  members: readonly string[];
}

/**
 * What two versions have otherwise that no cell of a city date tells: periods of purposes, whom they are for, what they require and how much they
 * allow, and the rules of those that are not in force that day; thresholds, seals, bound clients, registration, templates, review and exports.
 * The name of a purpose is none of it, nor its legal basis.
 */
export function otherChanges(before: PolicySet, after: PolicySet, date: string): OtherChange[] {
  const [old, now] = [partsOf(before, date), partsOf(after, date)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((name) => changeOf(name, old.get(name), now.get(name)));
}

type Part = Readonly<Record<string, unknown>>;

function changeOf(name: string, before: Part | undefined, after: Part | undefined): OtherChange[] {
  if (before === undefined) return [{ name, direction: 'ADDED', members: [] }];
  if (after === undefined) return [{ name, direction: 'REMOVED', members: [] }];
  const members = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((member) => canonicalJson([before[member]]) !== canonicalJson([after[member]]))
    .sort();
  return members.length === 0 ? [] : [{ name, direction: 'CHANGED', members }];
}

function partsOf(policies: PolicySet, date: string): ReadonlyMap<string, Part> {
  const { source, masks, catalogue } = policies;
  const { purposes, thresholds, seals, clients, registration, templates, review, exports } = source;
  const { rules, ...reviewed } = review;
  return new Map<string, Part>([
    ...purposes.map((purpose) => {
      const { code, effective, actors, requires, limits } = purpose;
      const isInForce = policies.purpose(code, date)?.effective.from === effective.from;
      const told = { effective, actors, requires, limits };
      return [`${code} ${effective.from}`, isInForce ? told : { ...told, rules: rulesById(purpose) }] as const;
    }),
    ...[...thresholds].map(([argument, field]) => {
      return [argument, { field, offered: masks.get(catalogue.get(field)?.mask ?? '')?.shape }] as const;
    }),
    ...[...seals, ...clients, ...registration, ...rules, ...exports].map((rule) => [rule.id, { ...rule }] as const),
    ...templates.map((template) => [`${template.id} ${template.version}`, { ...template }] as const),
    ['review', { ...reviewed }],
  ]);
}

function rulesById(purpose: PurposeSource): Part {
  return Object.fromEntries(rulesOf(purpose).map(({ at: _at, ...rule }) => [rule.id, rule]));
}
