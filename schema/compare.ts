import { findBreakingChanges, findDangerousChanges } from 'graphql';
import { apiSchemaOf } from './api-schema.ts';
import type { CatalogueEntry } from './classification.ts';
import { readCatalogue, SENSITIVITIES } from './classification.ts';

/** A change of the API's shape, as graphql-js names it (`FIELD_REMOVED`, …). */
export interface ShapeChange {
  type: string;
  description: string;
}

/**
 * A change of what a coordinate is. LOOSENED: a class became less sensitive for an organisation or a person, so some
 * caller may now see more. TIGHTENED: the opposite. MOVED: category, owner or mask changed, the classes did not.
 */
export interface ClassificationChange {
  coordinate: string;
  change: 'LOOSENED' | 'TIGHTENED' | 'MOVED';
  before: string;
  after: string;
}

/** What differs between two supergraphs. Every list is in the order of the newer (shape) or older (class) SDL. */
export interface SupergraphChanges {
  /** Existing operations may fail. */
  breaking: readonly ShapeChange[];
  /** Existing operations keep working but may mean something else. */
  dangerous: readonly ShapeChange[];
  classification: readonly ClassificationChange[];
}

/** Compares two composed supergraphs. Throws when either is not one. */
export function compareSupergraphs(before: string, after: string): SupergraphChanges {
  const [older, newer] = [apiSchemaOf(before), apiSchemaOf(after)];
  return {
    breaking: findBreakingChanges(older, newer).map(shapeChange),
    dangerous: findDangerousChanges(older, newer).map(shapeChange),
    classification: classificationChanges(before, after),
  };
}

/** Whether a client may break or may see more than before: what needs somebody's explicit consent. */
export function needsConsent({ breaking, classification }: SupergraphChanges): boolean {
  return breaking.length > 0 || classification.some(({ change }) => change === 'LOOSENED');
}

function shapeChange({ type, description }: ShapeChange): ShapeChange {
  return { type, description };
}

function classificationChanges(before: string, after: string): ClassificationChange[] {
  const newer = readCatalogue(after);
  return [...readCatalogue(before).values()].flatMap((old) => {
    const now = newer.get(old.coordinate);
    if (now === undefined || written(old) === written(now)) return [];
    return [{ coordinate: old.coordinate, change: direction(old, now), before: written(old), after: written(now) }];
  });
}

/** Tightened for organisations and loosened for persons counts as loosened: the worse of the two is reported. */
function direction(old: CatalogueEntry, now: CatalogueEntry): ClassificationChange['change'] {
  const steps = [rank(now.as) - rank(old.as), rank(now.ofPerson) - rank(old.ofPerson)];
  if (steps.some((step) => step < 0)) return 'LOOSENED';
  return steps.some((step) => step > 0) ? 'TIGHTENED' : 'MOVED';
}

function rank(sensitivity: CatalogueEntry['as']): number {
  return SENSITIVITIES.indexOf(sensitivity);
}

function written({ as, ofPerson, category, mask, owner }: CatalogueEntry): string {
  const parts = [ofPerson === as ? as : `${as}/${ofPerson}`, category, mask ?? 'no mask', owner ?? 'shared'];
  return parts.join(' ');
}
