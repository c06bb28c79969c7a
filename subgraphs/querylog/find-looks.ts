import type { Queryable } from '../../database/db.ts';
import { storableText } from '../../database/storable-text.ts';
import { type Alternative, looksStatement, type Within } from './looks-statement.ts';
import type { Page } from './page.ts';

/** Which looks; every member given must hold. Texts are compared whole, instants are RFC 3339. */
export interface LookFilter {
  from?: string | null;
  to?: string | null;
  actor?: string | null;
  organization?: string | null;
  operator?: string | null;
  purpose?: string | null;
  matter?: string | null;
  subject?: string | null;
  field?: string | null;
  department?: string | null;
  decision?: string | null;
  code?: string | null;
  authorization?: string | null;
}

/**
 * Positions of the looks that a filter names, from the page's edge on, at most one more than it holds. Whatever the filter, the
 * work depends on how many kinds of look there are and on the page's size, not on how long the log is.
 */
export async function findLooks(db: Queryable, filter: LookFilter, page: Page): Promise<bigint[]> {
  const [within, names] = await Promise.all([readBounds(db, filter, page), readNames(db, filter)]);
  if (within === null || names === null) return [];
  const statements = alternativesOf(filter, names).map((alternative) => looksStatement(alternative, within, page));
  const found = await Promise.all(statements.map(({ sql, params }) => db.query<{ seq: bigint }>(sql, params)));
  const [only] = found;
  const seqs = found.flatMap(({ rows }) => rows.map(({ seq }) => seq));
  if (found.length === 1 && only !== undefined) return seqs;
  const newestFirst = page.from === 'newest' ? 1 : -1;
  return seqs.sort((a, b) => (a < b ? newestFirst : -newestFirst)).slice(0, page.size + 1);
}

/** The positions within which everything of the time asked for lies; null when nothing is that young. */
async function readBounds(db: Queryable, { from, to }: LookFilter, page: Page): Promise<Within | null> {
  const within: Within = { ...(from && { from }), ...(to && { to }) };
  if (page.newerThan !== undefined) within.lo = page.newerThan + 1n;
  if (page.olderThan !== undefined) within.hi = page.olderThan;
  if (within.from === undefined && within.to === undefined) return within;
  const { rows } = await db.query<{ lo: bigint | null; hi: bigint | null }>(BOUNDS, [from ?? null, to ?? null]);
  const { lo = null, hi = null } = rows[0] ?? {};
  if (within.from !== undefined && lo === null) return null;
  if (lo !== null && lo > (within.lo ?? 0n)) within.lo = lo;
  if (hi !== null && (within.hi === undefined || hi < within.hi)) within.hi = hi;
  return within;
}

/** The log's time at each position never runs backwards; an entry's own may be behind it, by `lateness_ms` at most. */
const BOUNDS = `
  SELECT (SELECT l.seq FROM audit.look l WHERE l.latest >= $1::timestamptz ORDER BY l.latest, l.seq LIMIT 1) AS lo,
         (SELECT l.seq FROM audit.look l WHERE l.latest >= $2::timestamptz + p.lateness_ms * interval '1 millisecond'
          ORDER BY l.latest, l.seq LIMIT 1) AS hi
  FROM audit.progress p`;

interface Names {
  /** Those every look must mention, the rarest first. */
  required: readonly bigint[];
  /** The organisation's as a caller that is a subject. */
  organization: bigint | undefined;
}

/** The numbers of the names in the filter; null when one of them was never mentioned. */
async function readNames(db: Queryable, filter: LookFilter): Promise<Names | null> {
  const { subject, operator, matter, authorization, organization } = filter;
  const asked = Object.entries({ SUBJECT: subject, OPERATOR: operator, MATTER: matter, AUTHORIZATION: authorization });
  const required = asked.flatMap(([facet, value]) => (value === null || value === undefined ? [] : [{ facet, value }]));
  const all = [...required, ...(organization ? [{ facet: 'ORGANIZATION', value: organization }] : [])];
  if (all.length === 0) return { required: [], organization: undefined };
  const { rows } = await db.query<{ facet: string; name: bigint; mentions: bigint }>(
    `SELECT n.facet, n.name, n.mentions FROM unnest($1::text[], $2::text[]) AS asked (facet, value)
     JOIN audit.name n USING (facet, value) ORDER BY n.mentions`,
    [all.map(({ facet }) => facet), all.map(({ value }) => storableText(value))],
  );
  const known = rows.filter(({ facet }) => facet !== 'ORGANIZATION');
  if (known.length < required.length) return null;
  return { required: known.map(({ name }) => name), organization: rows.find(({ facet }) => facet === 'ORGANIZATION')?.name };
}

/** A code may be a government organisation's, which a kind knows, and a subject's that asks by itself, which a name knows. */
function alternativesOf(filter: LookFilter, { required, organization }: Names): Alternative[] {
  const { actor, purpose, department, decision, code, field } = filter;
  const kind = { actor, purpose, department, decision, code, field };
  if (!filter.organization) return [{ names: required, kind }];
  const byKind = { names: required, kind: { ...kind, organization: filter.organization } };
  return organization === undefined ? [byKind] : [byKind, { names: [...required, organization], kind }];
}
