import type { Queryable } from '../../database/db.ts';

/** By how much the times of entries may be out of order at the end of a month, in hours: clocks of gateways, gathered refusals. */
const DISORDER_HOURS = 24;

/** That the log cannot be archived as asked; the message is for the operator. */
export class ArchiveError extends Error {}

/**
 * The position up to which entries leave the database when those of the months before `month` (`YYYY-MM`) do: behind the last of them. A
 * few of the next month may stand among them; an entry whose clock was months off does not decide. One whose clock was behind stands among
 * much younger ones, and stays until these leave. Undefined when there is none to leave, or the newest of them still stand in the tile that appending goes on from. Rejects with
 * {@link ArchiveError} when times are so disordered that it is much younger entries that stand among those of the month.
 */
export async function findCut(db: Queryable, month: string): Promise<bigint | undefined> {
  const { rows } = await db.query<{ cut: bigint | null; tail: bigint; archived: bigint; disordered: boolean }>(CUT, [
    `${month}-01`,
  ]);
  const [found] = rows;
  if (found?.disordered)
    throw new ArchiveError(
      `记录时间错乱，不予归档。 Entries more than a day younger than ${month} stand among those that would be archived.`,
    );
  if (found === undefined || found.cut === null || found.cut <= found.archived || found.cut > found.tail) return undefined;
  return found.cut;
}

const BEGIN = `($1::date::timestamp AT TIME ZONE 'UTC')`;
const DISORDER = `interval '${DISORDER_HOURS} hours'`;

/**
 * Between the first entry that is much younger and the last of the month there are many like the first and a few like the last; where it is
 * the other way round, clocks were ahead.
 */
const CUT = `
  WITH younger AS (SELECT coalesce(min(seq), 9223372036854775807) AS first FROM querylog.entry WHERE at >= ${BEGIN} + ${DISORDER}),
  old AS (SELECT max(at) FILTER (WHERE seq < younger.first) AS newest, max(seq) AS last FROM querylog.entry, younger WHERE at < ${BEGIN})
  SELECT (SELECT max(seq) + 1 FROM querylog.entry
          WHERE at < ${BEGIN} AND at > old.newest - ${DISORDER} AND seq < younger.first) AS cut,
         size - size % 256 AS tail, archived,
         (SELECT count(*) FILTER (WHERE at < ${BEGIN}) > count(*) FILTER (WHERE at >= ${BEGIN} + ${DISORDER}) FROM querylog.entry
          WHERE seq BETWEEN younger.first AND old.last) AS disordered
  FROM querylog.head, younger, old`;
