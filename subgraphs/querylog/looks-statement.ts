import type { SqlValue } from '../../database/db.ts';
import { storableText } from '../../database/storable-text.ts';
import type { Page } from './page.ts';

/** Looks of certain kinds that mention all of certain names. */
export interface Alternative {
  /** Numbers of the names, the rarest first. */
  names: readonly bigint[];
  kind: {
    actor?: string | null | undefined;
    organization?: string | null | undefined;
    purpose?: string | null | undefined;
    department?: string | null | undefined;
    decision?: string | null | undefined;
    code?: string | null | undefined;
    field?: string | null | undefined;
  };
}

/** Positions (from, up to but without) and instants between which the looks lie. */
export interface Within {
  lo?: bigint;
  hi?: bigint;
  from?: string;
  to?: string;
}

/** A statement whose rows are positions (`seq`) in the page's direction, at most one more than the page holds. */
export interface LooksStatement {
  sql: string;
  params: SqlValue[];
}

/**
 * Of each kind in question the look nearest to the page's edge is found in an index; a page of n looks then comes from the n
 * kinds whose nearest are nearest. Without any condition on kinds the positions, or those of the rarest name, are walked in their order.
 */
export function looksStatement({ names, kind }: Alternative, within: Within, page: Page): LooksStatement {
  const params: SqlValue[] = [];
  const value = (given: SqlValue) => `$${params.push(given)}`;
  const ofKind = kindConditions(kind, value);
  const [rarest, ...others] = names.map(value);
  const limit = value(page.size + 1);
  const order = page.from === 'newest' ? 'DESC' : 'ASC';
  const bounds = boundConditions(within, value);
  const mentions = others.map(
    (name) => `EXISTS (SELECT 1 FROM audit.mention o WHERE o.name = ${name} AND o.kind = l.kind AND o.seq = l.seq)`,
  );
  if (ofKind.length === 0) {
    const walked = rarest === undefined ? 'audit.look l' : 'audit.mention l';
    const named = rarest === undefined ? [] : [`l.name = ${rarest}`];
    const sql = `SELECT l.seq FROM ${walked} ${where([...named, ...bounds, ...mentions])} ORDER BY l.seq ${order} LIMIT ${limit}`;
    return { sql, params };
  }
  const looks = (count: string, of: string) =>
    rarest === undefined
      ? `SELECT l.seq FROM audit.look l ${where([`l.kind = ${of}`, ...bounds])} ORDER BY l.seq ${order} LIMIT ${count}`
      : `SELECT l.seq FROM audit.mention l ${where([`l.name = ${rarest}`, `l.kind = ${of}`, ...bounds, ...mentions])} ORDER BY l.seq ${order} LIMIT ${count}`;
  const kinds = rarest === undefined ? 'audit.kind k' : `(${kindsOfName(rarest)}) AS mentioned JOIN audit.kind k USING (kind)`;
  // A kind knows its newest and oldest look: without bounds, and without a name, nothing need be looked up.
  const nearest =
    rarest === undefined && bounds.length === 0
      ? `SELECT k.kind, k.${page.from === 'newest' ? 'last_seq' : 'first_seq'} AS seq FROM ${kinds} ${where(ofKind)}`
      : `SELECT k.kind, edge.seq FROM ${kinds} CROSS JOIN LATERAL (${looks('1', 'k.kind')}) AS edge ${where([...ofKind, ...overlap(within, value)])}`;
  const sql = `
    WITH nearest AS MATERIALIZED (${nearest} ORDER BY seq ${order} LIMIT ${limit})
    SELECT found.seq FROM nearest CROSS JOIN LATERAL (${looks(limit, 'nearest.kind')}) AS found
    ORDER BY found.seq ${order} LIMIT ${limit}`;
  return { sql, params };
}

type Value = (given: SqlValue) => string;

function kindConditions({ department, field, ...equal }: Alternative['kind'], value: Value): string[] {
  const given = <T>(text: T | null | undefined): text is T => text !== null && text !== undefined;
  return [
    ...Object.entries(equal).flatMap(([column, text]) => (given(text) ? [`k.${column} = ${value(storableText(text))}`] : [])),
    ...(given(department) ? [`k.departments @> ARRAY[${value(storableText(department))}]`] : []),
    ...(given(field) ? [`k.fields @> ARRAY[${value(storableText(field))}]`] : []),
  ];
}

function boundConditions({ lo, hi, from, to }: Within, value: Value): string[] {
  return [
    ...(lo === undefined ? [] : [`l.seq >= ${value(lo)}`]),
    ...(hi === undefined ? [] : [`l.seq < ${value(hi)}`]),
    ...(from === undefined ? [] : [`l.at >= ${value(from)}`]),
    ...(to === undefined ? [] : [`l.at < ${value(to)}`]),
  ];
}

/** Spares looking into kinds that have nothing between the bounds. */
function overlap({ lo, hi }: Within, value: Value): string[] {
  return [
    ...(lo === undefined ? [] : [`k.last_seq >= ${value(lo)}`]),
    ...(hi === undefined ? [] : [`k.first_seq < ${value(hi)}`]),
  ];
}

/** The kinds of look that mention a name, each found by one step in the index, however many looks there are. */
function kindsOfName(name: string): string {
  return `
    WITH RECURSIVE step (kind) AS (
      (SELECT m.kind FROM audit.mention m WHERE m.name = ${name} ORDER BY m.kind LIMIT 1)
      UNION ALL
      SELECT (SELECT m.kind FROM audit.mention m WHERE m.name = ${name} AND m.kind > step.kind ORDER BY m.kind LIMIT 1)
      FROM step WHERE step.kind IS NOT NULL
    ) SELECT kind FROM step WHERE kind IS NOT NULL`;
}

function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}
