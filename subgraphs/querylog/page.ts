import { DepartmentError } from '../kit/department-error.ts';
import { cursorAt, positionOf } from '../kit/cursor.ts';

const LARGEST_PAGE = 100;
const USUAL_PAGE = 20;

/** Arguments of a Relay connection. */
export interface PageArguments {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}

/** Which part of a list that is ordered from new to old is asked for. */
export interface Page {
  size: number;
  /** From the newest on, or from the oldest. */
  from: 'newest' | 'oldest';
  /** Only older than this position, only newer than this. */
  olderThan?: bigint;
  newerThan?: bigint;
}

/** Reads the arguments of a connection (Relay). Throws INPUT_INVALID for both `first` and `last`, a size out of 1–100 or no cursor. */
export function readPage({ first, after, last, before }: PageArguments): Page {
  if (typeof first === 'number' && typeof last === 'number') throw new DepartmentError('INPUT_INVALID');
  const size = first ?? last ?? USUAL_PAGE;
  if (size < 1 || size > LARGEST_PAGE) throw new DepartmentError('INPUT_INVALID');
  const olderThan = positionOf(after);
  const newerThan = positionOf(before);
  return {
    size,
    from: typeof last === 'number' ? 'oldest' : 'newest',
    ...(olderThan !== undefined && { olderThan }),
    ...(newerThan !== undefined && { newerThan }),
  };
}

/** The positions that a page shows, from new to old, of at most one more than its size; with what Relay wants to know beside. */
export function pageOf(found: readonly bigint[], page: Page) {
  const shown = found.slice(0, page.size);
  const more = found.length > page.size;
  if (page.from === 'oldest') shown.reverse();
  const [newest, oldest] = [shown[0], shown.at(-1)];
  return {
    shown,
    pageInfo: {
      hasNextPage: page.from === 'newest' ? more : page.newerThan !== undefined,
      hasPreviousPage: page.from === 'oldest' ? more : page.olderThan !== undefined,
      startCursor: newest === undefined ? null : cursorAt(newest),
      endCursor: oldest === undefined ? null : cursorAt(oldest),
    },
  };
}
