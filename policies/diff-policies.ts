import { decisionTable } from './decision-table.ts';
import type { TableRow } from './decision-table.ts';
import { canonicalJson } from './canonical-json.ts';
import { DEFAULT_CELL, strictness } from './evaluate-cell.ts';
import type { PolicySet } from './policy-set.ts';
import type { Cell, CellKey } from './treatment.ts';

/** A cell that two versions decide differently. */
export interface CellChange extends CellKey {
  before: Cell;
  after: Cell;
  /** LOOSENED shows more than before, TIGHTENED less; CHANGED masks otherwise. */
  direction: 'LOOSENED' | 'TIGHTENED' | 'CHANGED';
}

/**
 * Exactly the cells the two versions decide differently on a city date, loosened ones first. A cell only one version has
 * is compared with withholding, and where only one tells authorized callers apart, with what the other shows all. The same decision by another rule or basis is no change; a mask redefined under its name is.
 */
export function diffPolicies(before: PolicySet, after: PolicySet, date: string): CellChange[] {
  const old = tableOf(before, date);
  const now = tableOf(after, date);
  const keys = [...new Set([...old.keys(), ...now.keys()])];
  return keys
    .flatMap((key) => {
      const row = now.get(key) ?? old.get(key);
      return row === undefined ? [] : changeOf(row, { old, now }, { before, after });
    })
    .sort((a, b) => ORDER.indexOf(a.direction) - ORDER.indexOf(b.direction));
}

const ORDER: readonly CellChange['direction'][] = ['LOOSENED', 'CHANGED', 'TIGHTENED'];

function tableOf(policies: PolicySet, date: string): ReadonlyMap<string, TableRow> {
  return new Map(decisionTable(policies, date).map((row) => [keyOf(row), row]));
}

function keyOf({ purpose, actor, authorized, own, person, coordinate }: Omit<TableRow, 'cell'>): string {
  return `${purpose} ${actor} ${authorized} ${own} ${person} ${coordinate}`;
}

type Table = ReadonlyMap<string, TableRow>;

function changeOf(
  { cell: _cell, ...key }: TableRow,
  tables: { old: Table; now: Table },
  sets: { before: PolicySet; after: PolicySet },
): CellChange[] {
  const before = cellIn(tables.old, key);
  const after = cellIn(tables.now, key);
  const loosening = strictness(before.treatment) - strictness(after.treatment);
  if (loosening !== 0) return [{ ...key, before, after, direction: loosening > 0 ? 'LOOSENED' : 'TIGHTENED' }];
  if (before.mask === undefined && after.mask === undefined) return [];
  if (shapeOf(before, sets.before) === shapeOf(after, sets.after)) return [];
  return [{ ...key, before, after, direction: 'CHANGED' }];
}

function cellIn(table: Table, key: Omit<TableRow, 'cell'>): Cell {
  return (table.get(keyOf(key)) ?? table.get(keyOf({ ...key, authorized: false })))?.cell ?? DEFAULT_CELL;
}

function shapeOf({ mask }: Cell, policies: PolicySet): string {
  return canonicalJson(policies.masks.get(mask ?? '')?.shape ?? null);
}
