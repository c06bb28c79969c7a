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
  const unknown = fields.filter((field) => !names(field, catalogue)).map((field) => fault(`the schema has no ${field}`));
  if (rule.mask === undefined) return unknown;
  const mask = source.masks.get(rule.mask);
  if (mask === undefined) return [...unknown, fault(`there is no mask ${rule.mask}`)];
  const unfit = fields.filter((field) => !mask.scalars.includes(catalogue.get(field)?.typeName ?? ''));
  return [...unknown, ...unfit.map((field) => fault(`mask ${mask.name} is not for the type of ${field}`))];
}

/** Whether the coordinate, or for `Type.*` any field of the type, is in the schema. */
function names(field: string, catalogue: Catalogue): boolean {
  if (!field.endsWith('.*')) return catalogue.has(field);
  return [...catalogue.keys()].some((coordinate) => coordinate.startsWith(field.slice(0, -1)));
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
  return [...unknown, ...sealed, ...thresholdFaults(source, catalogue)];
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
