import type { Queryable } from '../../database/db.ts';

/** By how much the times of entries may be out of order at the end of a month, in hours: clocks of gateways, gathered refusals. */
const DISORDER_HOURS = 24;

/** That the log cannot be archived as asked; the message is for the operator. */
export class ArchiveError extends Error {}

/**
 * The position up to which entries leave the database when those of the months before `month` (`YYYY-MM`) do: behind the last of them. A
 * few of the next month may stand among them; an entry whose clock was months off does not decide. Undefined when there is none to
 * leave, or the newest of them still stand in the tile that appending goes on from. Rejects with {@link ArchiveError} when times are
 * so disordered that younger entries would leave.
 */
export async function findCut(db: Queryable, month: string): Promise<bigint | undefined> {
  const { rows } = await db.query<{ cut: bigint | null; tail: bigint; archived: bigint }>(CUT, [`${month}-01`]);
  const [found] = rows;
  if (found === undefined || found.cut === null || found.cut <= found.archived || found.cut > found.tail) return undefined;
  if (await leavesYounger(db, found.cut, month))
    throw new ArchiveError(
      `记录时间错乱，不予归档。 Entries more than a day younger than ${month} stand among those that would be archived.`,
    );
  return found.cut;
}

const CUT = `
  WITH month AS (SELECT $1::date::timestamp AT TIME ZONE 'UTC' AS begin),
  newest AS (SELECT max(e.at) AS at FROM querylog.entry e, month WHERE e.at < month.begin)
  SELECT (SELECT max(e.seq) + 1 FROM querylog.entry e, newest
          WHERE e.at <= newest.at AND e.at > newest.at - interval '${DISORDER_HOURS} hours') AS cut,
         size - size % 256 AS tail, archived
  FROM querylog.head`;

async function leavesYounger(db: Queryable, cut: bigint, month: string): Promise<boolean> {
  const { rows } = await db.query<{ younger: boolean }>(
    `SELECT EXISTS (SELECT FROM querylog.entry WHERE seq < $1
       AND at >= $2::date::timestamp AT TIME ZONE 'UTC' + interval '${DISORDER_HOURS} hours') AS younger`,
    [cut, `${month}-01`],
  );
  return rows[0]?.younger === true;
}
