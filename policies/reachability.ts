import type { CatalogueEntry } from '../schema/classification.ts';
import { authorizedColumns, inForce } from './decision-table.ts';
import type { PolicyFault } from './fault.ts';
import type { PolicySet, PurposeRules } from './policy-set.ts';
import { type Actor, isGatewaySubgraph } from '../schema/signed-context.ts';

/**
 * Fields a purpose discloses though every way to them is withheld: the rule reads as if they could be seen.
 * Departments are tried one by one, since what a department owns can open a way for it alone.
 */
export function unreachableFields(policies: PolicySet): PolicyFault[] {
  const dates = [...new Set(policies.purposes.map(({ effective }) => effective.from))];
  return dates.flatMap((date) =>
    inForce(policies, date).flatMap((purpose) =>
      purpose.actors.flatMap((actor) =>
        authorizedColumns(purpose.authorizes).flatMap((authorized) => ofPurpose({ policies, purpose, actor, authorized, date })),
      ),
    ),
  );
}

interface Viewer {
  policies: PolicySet;
  purpose: PurposeRules;
  actor: Actor;
  authorized: boolean;
  date: string;
}

function ofPurpose(viewer: Viewer): PolicyFault[] {
  const { policies, purpose, actor } = viewer;
  const fields = [...policies.catalogue.values()].filter(({ kind }) => kind === 'field');
  const owners =
    actor === 'DEPARTMENT'
      ? [null, ...new Set(fields.map(({ owner }) => owner).filter((owner) => !isGatewaySubgraph(owner)))]
      : [null];
  const lost = new Set<string>();
  // What departments share is disclosed to each as its own, and need be on the way of one.
  const reachedByOne = new Set<string>();
  for (const department of owners) {
    const disclosed = fields.filter((entry) => isDisclosed(entry, department, viewer));
    const types = reachableTypes(disclosed);
    for (const entry of disclosed) {
      if (!types.has(typeOf(entry))) lost.add(entry.coordinate);
      else if (entry.owner === null) reachedByOne.add(entry.coordinate);
    }
  }
  const at = policies.source.purposes.find(
    ({ code, effective }) => code === purpose.code && effective.from === purpose.effective.from,
  )?.at;
  return [...lost]
    .filter((coordinate) => !reachedByOne.has(coordinate))
    .map((coordinate) => ({
      at: at ?? purpose.code,
      message: `${purpose.code}: discloses ${coordinate} to ${actor}, but no way to it`,
    }));
}

function isDisclosed({ coordinate, owner }: CatalogueEntry, department: string | null, viewer: Viewer): boolean {
  const { policies, purpose, actor, authorized, date } = viewer;
  // What departments share is owned by whoever owns the field around it.
  const own = department !== null && (owner === null || owner === department);
  return [false, true].some(
    (person) =>
      policies.decide({ purpose: purpose.code, actor, own, person, authorized, coordinate }, date).treatment !== 'WITHHOLD',
  );
}

function reachableTypes(disclosed: readonly CatalogueEntry[]): ReadonlySet<string> {
  const types = new Set(['Query', 'Mutation']);
  // A Set hands out what is added while it is walked.
  for (const type of types)
    for (const entry of disclosed) if (entry.isComposite && typeOf(entry) === type) types.add(entry.typeName);
  return types;
}

function typeOf({ coordinate }: CatalogueEntry): string {
  return coordinate.slice(0, coordinate.indexOf('.'));
}
