import type { Db } from '../database/db.ts';

/**
 * A log of `size` entries over one year, made in SQL, with the read model that the follower would make of it: 200 organisations
 * with three purposes each, 5,000 operators, a subject every ten looks, a matter every three. One organisation, one operator and one subject
 * are much busier than the rest. A city's kinds of look (who, why, which fields, with what outcome) are soon all there: a longer log has the same,
 * more often.
 */
export async function fillAudit(db: Db, size: number): Promise<void> {
  await db.query(RAW.replaceAll('$1', String(size)));
  for (const sql of STEPS) await db.exec(sql);
}

/** Draws of a kind of look: the small log has nearly all of them. */
const KINDS_DRAWN = 3_000;

const RAW = `
  CREATE TABLE audit.raw AS
  SELECT n AS seq, to_timestamp(extract(epoch FROM timestamptz '2025-12-31 16:00:00+00') + n * 31536000.0 / $1) AS at,
    'org-' || org AS organization, 'DEPARTMENT' AS actor, 'licensing' AS department,
    'PURPOSE-' || (org % 3 + h3 % 3) AS purpose,
    CASE WHEN h4 % 100 < 92 OR org = 0 AND h2 % 2 = 0 THEN 'RELEASED' WHEN h4 % 100 < 98 THEN 'REFUSED' ELSE 'FAILED' END AS decision,
    CASE WHEN org = 0 AND h2 % 2 = 0 THEN 'system' ELSE 'op-' || org || '-' || h2 % 25 END AS operator,
    'case-' || n / 3 AS matter,
    CASE WHEN h5 % 20 = 0 THEN 'o-subject-0' ELSE 'o-subject-' || h5 % ($1 / 10) END AS subject,
    CASE WHEN h6 % 10 = 0 THEN 'A-' || n / 30 END AS authorization_id,
    h6 % 4 AS shape
  FROM (
    SELECT n, CASE WHEN h1 % 5 = 0 THEN 0 ELSE h1 % 200 END AS org, h2, h3, h4, h5, h6 FROM (
      SELECT n, abs(hashint8(kind)) AS h1, abs(hashint8(n + 1000000007)) AS h2, abs(hashint8(kind + 2000000011)) AS h3,
        abs(hashint8(kind + 3000000019)) AS h4, abs(hashint8(n + 4000000007)) AS h5, abs(hashint8(kind + 5000000029)) AS h6
      FROM (SELECT n, abs(hashint8(n + 6000000041)) % ${KINDS_DRAWN} AS kind FROM generate_series(0, $1 - 1) AS n) AS drawn) AS hashed) AS spread`;

const STEPS = [
  `SELECT querylog.ensure_month((date '2025-12-01' + n * interval '1 month')::date) FROM generate_series(0, 12) AS n`,
  `INSERT INTO querylog.entry (seq, at, leaf_hash, canonical)
   SELECT seq, at, sha256(seq::text::bytea),
     jsonb_build_object('version', 1, 'time', at, 'requestId', seq, 'purpose', purpose, 'matter', matter, 'policyHash', repeat('a', 64),
       'caller', jsonb_build_object('actor', actor, 'organization', organization, 'operator', operator),
       'operation', jsonb_build_object('hash', repeat('b', 64), 'name', null), 'decision', decision, 'code', null, 'durationMs', 12,
       'subjects', jsonb_build_object('asked', ARRAY[subject], 'returned', ARRAY[subject]), 'fields', '[]'::jsonb,
       'departments', '[]'::jsonb, 'unavailable', '[]'::jsonb)::text
   FROM audit.raw`,
  'UPDATE querylog.head SET size = (SELECT count(*) FROM audit.raw)',
  `CREATE TABLE audit.raw_kind AS SELECT organization, purpose, decision, shape, count(*), min(seq) AS first_seq, max(seq) AS last_seq
   FROM audit.raw GROUP BY 1, 2, 3, 4`,
  `INSERT INTO audit.kind (digest, actor, organization, department, purpose, decision, code, fields, departments, first_seq, last_seq)
   SELECT concat_ws('|', organization, purpose, decision, shape), 'DEPARTMENT', organization, 'licensing', purpose, decision,
     CASE WHEN decision <> 'RELEASED' THEN 'RATE_LIMITED' END,
     ARRAY['Type.field0'] || array(SELECT 'Type.field' || s FROM generate_series(1, shape) AS s),
     CASE WHEN shape % 2 = 0 THEN ARRAY['tax'] ELSE ARRAY['licensing', 'tax'] END, first_seq, last_seq
   FROM audit.raw_kind`,
  `CREATE TABLE audit.raw_look AS SELECT r.*, k.kind FROM audit.raw r
   JOIN audit.kind k ON k.digest = concat_ws('|', r.organization, r.purpose, r.decision, r.shape)`,
  'INSERT INTO audit.look (seq, kind, at, latest) SELECT seq, kind, at, at FROM audit.raw_look ORDER BY seq',
  `CREATE TABLE audit.raw_mention AS
   SELECT 'SUBJECT' AS facet, subject AS value, seq, kind, at FROM audit.raw_look
   UNION ALL SELECT 'OPERATOR', operator, seq, kind, at FROM audit.raw_look
   UNION ALL SELECT 'MATTER', matter, seq, kind, at FROM audit.raw_look
   UNION ALL SELECT 'AUTHORIZATION', authorization_id, seq, kind, at FROM audit.raw_look WHERE authorization_id IS NOT NULL`,
  'INSERT INTO audit.name (facet, value, mentions) SELECT facet, value, count(*) FROM audit.raw_mention GROUP BY 1, 2',
  `INSERT INTO audit.mention (name, kind, seq, at)
   SELECT n.name, m.kind, m.seq, m.at FROM audit.raw_mention m JOIN audit.name n USING (facet, value) ORDER BY 1, 2, 3`,
  'UPDATE audit.progress SET next_seq = (SELECT size FROM querylog.head), latest = (SELECT max(at) FROM audit.look)',
  'DROP TABLE audit.raw, audit.raw_kind, audit.raw_look, audit.raw_mention',
  'VACUUM ANALYZE audit.kind',
  'VACUUM ANALYZE audit.look',
  'VACUUM ANALYZE audit.name',
  'VACUUM ANALYZE audit.mention',
  'VACUUM ANALYZE querylog.entry',
];
