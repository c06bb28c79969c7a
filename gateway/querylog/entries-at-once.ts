import type { Db } from '../../database/db.ts';

/** Two or three times what a busy gateway writes until its followers look again. */
const ON_A_SERVER = 2_000;
/** There, appends wait for the transaction. */
const EMBEDDED = 500;

/** Entries that whoever follows the log takes in one transaction at most: many at a time cost least (measured: 4 % of all that a query costs). */
export function entriesAtOnce({ kind }: Pick<Db, 'kind'>): number {
  return kind === 'postgres' ? ON_A_SERVER : EMBEDDED;
}
