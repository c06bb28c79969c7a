import type { Actor } from '../schema/signed-context.ts';
import type { CatalogueEntry } from '../schema/classification.ts';
import type { PolicySet, PurposeRules } from './policy-set.ts';
import type { Cell, CellKey } from './treatment.ts';
import { isGatewaySubgraph } from '../schema/signed-context.ts';

/** One row of the decision table: a cell with its key. */
export interface TableRow extends CellKey {
  authorized: boolean;
  cell: Cell;
}

/** The whole table in force on a city date: purposes × their actors × coordinates × authorized × own × person, in that order. */
export function decisionTable(policies: PolicySet, date: string): TableRow[] {
  return inForce(policies, date).flatMap((purpose) =>
    purpose.actors.flatMap((actor) => rowsOf({ policies, purpose, actor, date })),
  );
}

/** The purposes in force on a city date, by code. */
export function inForce(policies: PolicySet, date: string): readonly PurposeRules[] {
  return policies.purposes.filter((purpose) => policies.purpose(purpose.code, date) === purpose);
}

/** The columns a coordinate has for an actor: only a department can own, and none owns an entity's key or what is the gateway's. */
export function ownColumns(actor: Actor, entry: CatalogueEntry): readonly boolean[] {
  return actor === 'DEPARTMENT' && !entry.isKey && !isGatewaySubgraph(entry.owner) ? [false, true] : [false];
}

/** The columns a purpose has: with an authorization too where that discloses more. */
export function authorizedColumns(authorizes: boolean): readonly boolean[] {
  return authorizes ? [false, true] : [false];
}

function rowsOf(of: { policies: PolicySet; purpose: PurposeRules; actor: Actor; date: string }): TableRow[] {
  const { policies, purpose, actor, date } = of;
  return [...policies.catalogue.values()].flatMap((entry) =>
    authorizedColumns(purpose.authorizes).flatMap((authorized) =>
      ownColumns(actor, entry).flatMap((own) =>
        [false, true].map((person) => {
          const key = { purpose: purpose.code, actor, authorized, own, person, coordinate: entry.coordinate };
          return { ...key, cell: policies.decide(key, date) };
        }),
      ),
    ),
  );
}
