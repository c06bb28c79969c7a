import { isSubjectId } from '../../schema/identifiers/subject-id.ts';
import type { DepartmentContext } from '../kit/department-context.ts';
import { selfOf } from '../kit/department-context.ts';
import { cursorAt } from '../kit/cursor.ts';
import { findLooks } from './find-looks.ts';
import type { LogReading } from './log-reading.ts';
import { type PageArguments, pageOf, readPage } from './page.ts';
import { type PlacedLook, readLooks, receiptOf } from './read-looks.ts';

/**
 * Who looked at a subject, for the subject alone: anybody else gets null. What a rule keeps from it for now is there as a sealed
 * entry, so that the entries are always as many as `totalCount`. Throws INPUT_INVALID for a page that cannot be.
 */
export async function accessHistory(
  subject: string,
  page: Pick<PageArguments, 'first' | 'after'>,
  { context, reading }: { context: DepartmentContext; reading: LogReading },
) {
  if (selfOf(context) !== subject || !isSubjectId(subject) || context.caller.purpose !== 'SELF_QUERY') return null;
  const asked = readPage(page);
  const { db } = context;
  const { shown, pageInfo } = pageOf(await findLooks(db, { subject }, asked), asked);
  const looks = await readLooks(db, shown);
  const newest = asked.olderThan === undefined ? (shown[0] ?? NOTHING) : null;
  return {
    totalCount: async () => {
      const { rows } = await db.query<{ mentions: bigint }>(COUNT, [subject, newest]);
      return String(rows[0]?.mentions ?? 0n);
    },
    edges: looks.map((placed) => ({ node: recordOf(placed, subject, reading), cursor: cursorAt(placed.seq) })),
    pageInfo,
  };
}

/** Before the first position. */
const NOTHING = -1n;

/** As of the first page: what is noted while it is read stands neither on it nor on those after it. */
const COUNT = `
  SELECT n.mentions - (SELECT count(*) FROM audit.mention m WHERE m.name = n.name AND m.seq > $2) AS mentions
  FROM audit.name n WHERE n.facet = 'SUBJECT' AND n.value = $1`;

function recordOf(placed: PlacedLook, subject: string, { origin, purposeName, sealOf }: LogReading) {
  const { time, caller, purpose, matter, subjects, decision, act, fields, authorizations = [] } = placed.look;
  const organization = caller?.organization ?? '';
  const seal = sealOf({ time, organization, purpose, matter });
  if (seal !== null) return { sealed: true, unsealsOn: seal.unsealsOn, sealBasis: seal.basis };
  const others = new Set([...subjects.asked, ...subjects.returned].filter((id) => id !== subject));
  return {
    sealed: false,
    time,
    actor: caller?.actor ?? null,
    organization: organization === '' ? null : organization,
    purpose,
    purposeName: purposeName({ time, purpose }) ?? null,
    matter,
    decision,
    act: act?.kind ?? null,
    otherSubjects: String(others.size),
    fields: fields
      .filter(({ treatment }) => treatment !== 'WITHHOLD')
      .map((field) => (others.size === 0 ? field : uncounted(field))),
    authorizations,
    receipt: receiptOf(placed, origin),
  };
}

/** The entry counts the values of the whole query: less one's own, they would be another subject's. */
function uncounted({ coordinate, treatment }: { coordinate: string; treatment: string }) {
  return { coordinate, treatment, count: null };
}
