import type { Queryable } from '../../database/db.ts';
import type { Named } from './suspension.ts';

/** From when until when (RFC 3339, the end excluded), and which page: at most `first`, after that subject's id. */
export interface Window {
  from: string;
  to: string;
  first: number;
  after: string | null;
}

/** A subject whose data a target was shown: how often, and when first and last (RFC 3339 UTC). */
export interface TouchedSubject {
  subject: string;
  looks: bigint;
  firstAt: string;
  lastAt: string;
}

/**
 * The subjects in the answers to a target in a window, by their ids: what the notice of a breach must name (PIPL art. 57). The read
 * model finds the looks, the log itself says who was in them; a look that the model has not got yet is missing for that second.
 */
export async function touchedSubjects(
  db: Queryable,
  { kind, target, operator }: Named,
  window: Window,
): Promise<TouchedSubject[]> {
  const { rows } = await db.query(statement(kind), [target, window.from, window.to, window.after ?? '', window.first, operator]);
  return rows as unknown as TouchedSubject[];
}

/** Kinds of look are few: they say which of the looks in the window are read at all. A subject that asks for itself is no part of a kind, but a name. */
const KINDS: Record<Named['kind'], string> = {
  CLIENT: 'k.organization = $1',
  ORGANIZATION: 'k.organization = $1',
  PURPOSE: 'k.purpose = $1',
  DEPARTMENT: '$1 = ANY(k.departments)',
};

const BY_NAME = `
      UNION SELECT m.seq, m.at FROM audit.name n JOIN audit.mention m USING (name) JOIN audit.kind k USING (kind)
      WHERE n.facet = 'ORGANIZATION' AND n.value = $1 AND k.decision = 'RELEASED' AND m.at >= $2::timestamptz AND m.at < $3::timestamptz`;

function statement(kind: Named['kind']): string {
  return `
    WITH looks AS (
      SELECT l.seq, l.at FROM audit.kind k JOIN audit.look l USING (kind)
      WHERE k.decision = 'RELEASED' AND ${KINDS[kind]} AND l.at >= $2::timestamptz AND l.at < $3::timestamptz
      ${kind === 'CLIENT' || kind === 'ORGANIZATION' ? BY_NAME : ''}
    ), entries AS (
      SELECT e.at, e.canonical::jsonb AS entry FROM looks l JOIN querylog.entry e ON e.seq = l.seq AND e.at = l.at
    )
    SELECT subject, count(*) AS looks, min(at) AS "firstAt", max(at) AS "lastAt"
    FROM entries CROSS JOIN LATERAL jsonb_array_elements_text(entry #> '{subjects,returned}') AS returned (subject)
    WHERE subject > $4 COLLATE "C" AND ($6::text IS NULL OR entry #>> '{caller,operator}' = $6)
    GROUP BY subject ORDER BY subject COLLATE "C" LIMIT $5`;
}
