import { decisionTable } from '../../policies/decision-table.ts';
import type { TableRow } from '../../policies/decision-table.ts';
import { PolicyError } from '../../policies/fault.ts';
import type { PolicySet } from '../../policies/policy-set.ts';
import { loadPolicies } from '../../policies/load-policies.ts';
import { csv, table } from './table.ts';
import { readSchema } from './policy-sources.ts';
import type { SourceOptions } from './policy-sources.ts';
import { notOpen, purposeInForce } from './purpose-in-force.ts';

/** Which part of the decision table to print; a missing filter lets all through. */
export interface MatrixFilters {
  purpose?: string;
  actor?: string;
  category?: string;
  /** Beginning of a coordinate: `Officer`, `TaxStanding.hasArrears`. */
  field?: string;
  treatment?: string;
  own?: true;
  person?: true;
  authorized?: true;
}

/**
 * The rows of the table in force on the date that pass the filters.
 * @throws {PolicyError} when there are none, saying which filter is to blame where one alone is.
 */
export function matrix(options: SourceOptions, filters: MatrixFilters, date: string): TableRow[] {
  const policies = loadPolicies(options.policies, readSchema(options).catalogue);
  if (filters.purpose !== undefined) purposeInForce(policies, filters.purpose, date);
  const rows = decisionTable(policies, date).filter((row) => passes(row, filters, policies));
  if (rows.length === 0) throw new PolicyError([{ at: 'matrix', message: nothingPasses(policies, filters, date) }]);
  return rows;
}

function passes(
  { purpose, actor, authorized, own, person, coordinate, cell }: TableRow,
  filters: MatrixFilters,
  policies: PolicySet,
) {
  const category = policies.catalogue.get(coordinate)?.category;
  return (
    (filters.purpose ?? purpose) === purpose &&
    (filters.actor ?? actor) === actor &&
    (filters.treatment ?? cell.treatment) === cell.treatment &&
    (filters.category ?? category) === category &&
    coordinate.startsWith(filters.field ?? '') &&
    (!filters.own || own) &&
    (!filters.person || person) &&
    (!filters.authorized || authorized)
  );
}

function nothingPasses(policies: PolicySet, { purpose, actor }: MatrixFilters, date: string): string {
  const asked = purpose === undefined ? undefined : purposeInForce(policies, purpose, date);
  if (asked !== undefined && actor !== undefined && !asked.actors.some((open) => open === actor)) return notOpen(asked, actor);
  return '没有单元格符合全部条件，请放宽条件。 No cell passes all the filters: leave one out.';
}

/** One line a row, for a spreadsheet: every column, the legal basis included. */
export function matrixCsv(rows: readonly TableRow[]): string {
  const heading = ['purpose', 'actor', 'authorized', 'own', 'person', 'coordinate', 'treatment', 'mask', 'rule', 'basis'];
  const lines = rows.map(({ purpose, actor, authorized, own, person, coordinate, cell }) => [
    purpose,
    actor,
    String(authorized),
    String(own),
    String(person),
    coordinate,
    cell.treatment,
    cell.mask ?? '',
    cell.rule,
    cell.basis.join('; '),
  ]);
  return csv([heading, ...lines]);
}

/** For reading: a field a line, and beside it what an organisation's and a person's value become, here and in the own column. */
export function matrixText(rows: readonly TableRow[]): string {
  return [...grouped(rows)].map(([title, group]) => `${title}\n${table([HEADING, ...linesOf(group)])}`).join('\n');
}

const HEADING = ['字段', '组织', '个人、个体工商户', '组织（本部门数据）', '个人（本部门数据）', '规则'];

function groupOf({ purpose, actor, authorized }: TableRow): string {
  return `${purpose} · ${actor}${authorized ? AUTHORIZED : ''}`;
}

function grouped(rows: readonly TableRow[]): Map<string, TableRow[]> {
  const groups = new Map<string, TableRow[]>();
  for (const row of rows) {
    const group = groups.get(groupOf(row));
    if (group) group.push(row);
    else groups.set(groupOf(row), [row]);
  }
  return groups;
}

function linesOf(rows: readonly TableRow[]): string[][] {
  const byCoordinate = new Map<string, TableRow[]>();
  for (const row of rows) byCoordinate.set(row.coordinate, [...(byCoordinate.get(row.coordinate) ?? []), row]);
  return [...byCoordinate].map(([coordinate, cells]) => {
    const at = (own: boolean, person: boolean) => {
      const cell = cells.find((row) => row.own === own && row.person === person)?.cell;
      return cell === undefined ? '' : WORDS[cell.treatment] + (cell.mask === undefined ? '' : ` ${cell.mask}`);
    };
    const rules = [...new Set(cells.map(({ cell }) => cell.rule))].join(' ');
    return [coordinate, at(false, false), at(false, true), at(true, false), at(true, true), rules];
  });
}

/** Stands behind the caller where an authorization of the subject covers the fields. */
export const AUTHORIZED = '（已获授权）';

/** Treatments as officials say them. */
export const WORDS = { REVEAL: '原值', GENERALIZE: '概化', MASK: '脱敏', PSEUDONYMIZE: '假名', WITHHOLD: '不予提供' } as const;
