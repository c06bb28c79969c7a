import type { DepartmentContext } from '../kit/department-context.ts';
import { DepartmentError } from '../kit/department-error.ts';
import { pageSize } from '../kit/loaders.ts';
import { SEARCH_SQL } from './registry-sql.ts';
import { searchCursors } from './search-cursor.ts';

/** Fewer characters match half the city. */
const SHORTEST_NAME = 2;
const LONGEST_NAME = 100;

interface SearchArguments {
  name: string;
  first?: number | null;
  after?: string | null;
}

/**
 * Subjects by name: organisations by a part of it for everybody, then sole proprietors for government only, by the whole
 * name (the registry, whose names they are: by a part); natural persons never, they have no row. One statement; a cursor is of
 * one search of one reach, and tells nobody who was found. Throws INPUT_INVALID for a name of fewer than two characters or a
 * cursor of another search, SUBJECT_FORBIDDEN for SELF_QUERY.
 */
export async function searchSubjects({ name, first, after = null }: SearchArguments, context: DepartmentContext) {
  if (context.caller.purpose === 'SELF_QUERY') throw new DepartmentError('SUBJECT_FORBIDDEN');
  const length = lengthOf(name);
  if (length < SHORTEST_NAME || length > LONGEST_NAME || name.includes('\0')) throw new DepartmentError('INPUT_INVALID');
  const reach = reachOf(context);
  // A page that begins after somebody tells that there is somebody: whom a caller does not find, it cannot begin after.
  const cursors = searchCursors({ key: context.subjectKey, reach, name });
  const last = after === null ? null : cursors.open(after);
  if (after !== null && last === null) throw new DepartmentError('INPUT_INVALID');
  const size = pageSize(first, 20);
  const params = [name, last?.id ?? null, size + 1, last?.nameKey ?? null];
  const { rows } = await context.db.query<{ id: string; place: string }>(SEARCH_SQL[reach], params);
  const edges = rows.slice(0, size).map(({ id, place }) => ({ node: { id }, cursor: cursors.seal({ id, nameKey: place }) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > size,
      hasPreviousPage: after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** Spaces, and what nobody sees of a text: what `registry.search_key` leaves out, character for character. */
const NO_PART_OF_A_NAME = /[\t-\r \u0085\u00ad\u1680\u200b-\u200f\u2028\u2029\u2060\ufeff]/gu;

/** How many characters of a name are looked for: those of its key. */
export function lengthOf(name: string): number {
  return [...name.normalize('NFKC').replaceAll(NO_PART_OF_A_NAME, '')].length;
}

/**
 * A 92-code and its name are personal data. Who is shown the name masked finds it whole or not at all: by parts it could be
 * tried out, two characters at a time.
 */
function reachOf({ caller: { actor, department } }: DepartmentContext): keyof typeof SEARCH_SQL {
  if (actor === 'DEPARTMENT' && department === 'registry') return 'parts';
  return actor === 'DEPARTMENT' || actor === 'CREDIT_OFFICE' || actor === 'AUDITOR' ? 'wholeNames' : 'organizations';
}
