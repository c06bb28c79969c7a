import type { Catalogue, CatalogueEntry } from '../schema/classification.ts';
import { templateFaults } from './template-faults.ts';
import type { PolicyFault } from './fault.ts';
import type { PolicySource, PurposeSource, Rule } from './policy-source.ts';
import { reviewFaults } from './review-rules.ts';
import { offeredThresholds } from './thresholds.ts';

/**
 * Holds parsed policies against the schema: unknown coordinates, unknown masks and masks on the wrong scalar are faults,
 * whether a rule names them or the schema does. Such a set does not load.
 */
export function validatePolicies(source: PolicySource, catalogue: Catalogue): PolicyFault[] {
  return [
    ...source.purposes.flatMap((purpose) => rulesOf(purpose).flatMap((rule) => ruleFaults(rule, source, catalogue))),
    ...[...catalogue.values()].flatMap((entry) => declaredMaskFaults(entry, source)),
    ...setFaults(source, catalogue),
    ...templateFaults(source.templates, source.purposes, catalogue),
    ...reviewFaults(source.review, new Set(source.purposes.map(({ code }) => code))),
  ];
}

/** All rules of a purpose, whatever they speak of. */
export function rulesOf(purpose: PurposeSource): readonly Rule[] {
  return [...purpose.discloses, ...purpose.own, ...purpose.authorized];
}

function ruleFaults(rule: Rule, source: PolicySource, catalogue: Catalogue): PolicyFault[] {
  const fields = 'fields' in rule.scope ? rule.scope.fields : [];
  const fault = (message: string) => ({ at: rule.at, message: `${rule.id}: ${message}` });
  const unknown = fields.filter((field) => !names(field, catalogue)).map((field) => fault(unknownName(field, catalogue)));
  if (rule.mask === undefined) return unknown;
  const mask = source.masks.get(rule.mask);
  if (mask === undefined) return [...unknown, fault(`there is no mask ${rule.mask}`)];
  const unfit = fields.filter((field) => !mask.scalars.includes(catalogue.get(field)?.typeName ?? ''));
  return [...unknown, ...unfit.map((field) => fault(`mask ${mask.name} is not for the type of ${field}`))];
}

/** Whether the coordinate, or for `Type.*` any field of the type, is in the schema. */
function names(field: string, catalogue: Catalogue): boolean {
  return field.endsWith('.*') ? kindsOf(field, catalogue).has('field') : catalogue.has(field);
}

/** `Input.*` would be read as a rule about the input's fields, and be one about nothing. */
function unknownName(field: string, catalogue: Catalogue): string {
  const isInput = field.endsWith('.*') && kindsOf(field, catalogue).has('input');
  return isInput ? `${field}: the fields of an input are named one by one` : `the schema has no ${field}`;
}

function kindsOf(everyField: string, catalogue: Catalogue): ReadonlySet<CatalogueEntry['kind']> {
  const type = everyField.slice(0, -1);
  return new Set([...catalogue.values()].flatMap(({ coordinate, kind }) => (coordinate.startsWith(type) ? [kind] : [])));
}

function declaredMaskFaults(entry: CatalogueEntry, source: PolicySource): PolicyFault[] {
  if (entry.mask === undefined) return [];
  const mask = source.masks.get(entry.mask);
  if (mask === undefined)
    return [{ at: 'masks.yaml:1', message: `${entry.coordinate} names mask ${entry.mask}, which does not exist` }];
  if (mask.scalars.includes(entry.typeName)) return [];
  return [{ at: 'masks.yaml:1', message: `mask ${entry.mask} is not for ${entry.typeName}, the type of ${entry.coordinate}` }];
}

function setFaults(source: PolicySource, catalogue: Catalogue): PolicyFault[] {
  const { filters, thresholds, undisclosed, seals, purposes } = source;
  const named = [...filters, ...thresholds].flat().concat([...undisclosed.keys()]);
  const codes = new Set(purposes.map(({ code }) => code));
  const sealed = seals.flatMap(({ id, purposes: asked }) =>
    asked
      .filter((code) => !codes.has(code))
      .map((code) => ({ at: 'policy-set.yaml:1', message: `${id}: there is no purpose ${code}` })),
  );
  const unknown = named
    .filter((coordinate) => catalogue.get(coordinate) === undefined)
    .map((coordinate) => ({ at: 'policy-set.yaml:1', message: `the schema has no ${coordinate}` }));
  return [...unknown, ...sealed, ...misplaced(source, catalogue), ...neverInForce(source), ...thresholdFaults(source, catalogue)];
}

/** Under a field's name a filter or threshold would govern no argument; and one that filters by an argument comes to no end. */
function misplaced({ filters, thresholds }: PolicySource, catalogue: Catalogue): PolicyFault[] {
  const isField = (coordinate: string) => catalogue.get(coordinate)?.kind === 'field';
  const isInput = (coordinate: string) => catalogue.get(coordinate)?.kind === 'input';
  const messages = [
    ...[...filters.keys()].filter(isField).map((key) => `filters: ${key} is a field, not an argument (Type.field(argument:))`),
    ...[...filters].flatMap(([key, by]) =>
      catalogue.has(by) && !isField(by) ? [`filters: ${key} must filter by a field, not by ${by}`] : [],
    ),
    ...[...thresholds.keys()]
      .filter((key) => isField(key) || isInput(key))
      .map((key) => `thresholds: ${key} is not an argument (Type.field(argument:))`),
  ];
  return messages.map((message) => ({ at: 'policy-set.yaml:1', message }));
}

/** Rules that would seal or bind nothing on any day: what they were to guard would stand open. */
function neverInForce({ seals, clients, registration }: PolicySource): PolicyFault[] {
  const inverted = [...seals, ...clients, ...registration]
    .filter(({ effective: { from, to } }) => to !== undefined && to < from)
    .map(({ id }) => `${id}: effective.to is before effective.from`);
  const ofNobody = seals
    .filter(({ organizations }) => organizations?.length === 0)
    .map(({ id }) => `${id}: names no organization`);
  return [...inverted, ...ofNobody].map((message) => ({ at: 'policy-set.yaml:1', message }));
}

/** Every field that is asked about by thresholds has bands, the same for all purposes: finer ones elsewhere would be asked for here. */
function thresholdFaults({ thresholds, masks, purposes }: PolicySource, catalogue: Catalogue): PolicyFault[] {
  const fields = new Set(thresholds.values());
  const unbounded = [...fields]
    .filter(
      (field) => catalogue.has(field) && offeredThresholds(masks.get(catalogue.get(field)?.mask ?? '')?.shape) === undefined,
    )
    .map((field) => ({ at: 'policy-set.yaml:1', message: `${field} has no bands for thresholds to be bounds of` }));
  const masked = purposes
    .flatMap(rulesOf)
    .filter(({ mask, scope }) => mask !== undefined && 'fields' in scope && scope.fields.some((field) => fields.has(field)))
    .map(({ at, id }) => ({ at, message: `${id}: a field that thresholds ask about keeps its own mask` }));
  return [...unbounded, ...masked];
}
