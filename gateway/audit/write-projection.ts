import type { Queryable, SqlValue } from '../../database/db.ts';
import { parameterText } from '../../database/parameters.ts';
import type { Look, Projection } from './project-looks.ts';

/** Adds a projection to the read model. In the transaction that moves `audit.progress` on, so that each entry counts once. */
export async function writeProjection(tx: Queryable, projection: Projection): Promise<void> {
  const kinds = await writeKinds(tx, projection);
  const names = await writeNames(tx, projection);
  const { looks } = projection;
  await tx.query(
    `INSERT INTO audit.look (seq, kind, at, latest)
     SELECT * FROM unnest($1::bigint[], $2::integer[], $3::timestamptz[], $4::timestamptz[])`,
    [
      looks.map(({ seq }) => seq),
      looks.map(({ kind }) => numberOf(kinds.get(kind))),
      looks.map(({ at }) => at),
      looks.map(({ latest }) => latest),
    ],
  );
  await writeMentions(tx, projection, { kinds, names });
  await writeTally(tx, looks, { kinds, names });
}

/** Numbers of the kinds, by their digests. */
type Kinds = ReadonlyMap<string, number>;
/** Numbers of the names, by their places in the projection. */
type Names = readonly bigint[];

/** In the order of digests, so that no two writers could ever wait for each other. */
async function writeKinds(tx: Queryable, { kinds }: Projection): Promise<Kinds> {
  const ordered = [...kinds.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1));
  const column = (read: (kind: (typeof ordered)[number]) => SqlValue) => ordered.map(read);
  const { rows } = await tx.query<{ kind: number; digest: string }>(
    `INSERT INTO audit.kind AS known (digest, actor, organization, department, purpose, decision, code, fields, departments, first_seq, last_seq)
     SELECT digest, actor, organization, department, purpose, decision, code, fields::text[], departments::text[], first_seq, last_seq
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bigint[], $11::bigint[])
          AS seen (digest, actor, organization, department, purpose, decision, code, fields, departments, first_seq, last_seq)
     ON CONFLICT (digest) DO UPDATE SET first_seq = least(known.first_seq, excluded.first_seq), last_seq = excluded.last_seq
     RETURNING known.kind, known.digest`,
    [
      column(({ digest }) => digest),
      column(({ actor }) => actor),
      column(({ organization }) => organization),
      column(({ department }) => department),
      column(({ purpose }) => purpose),
      column(({ decision }) => decision),
      column(({ code }) => code),
      column(({ fields }) => parameterText(fields)),
      column(({ departments }) => parameterText(departments)),
      column(({ first }) => first),
      column(({ last }) => last),
    ],
  );
  return new Map(rows.map(({ kind, digest }) => [digest, kind]));
}

/** In the order of names, for the same reason. */
async function writeNames(tx: Queryable, { names }: Projection): Promise<Names> {
  if (names.length === 0) return [];
  const { rows } = await tx.query<{ name: bigint }>(
    `WITH seen AS (SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[]) WITH ORDINALITY AS seen (facet, value, mentions, place)),
     written AS (
       INSERT INTO audit.name AS known (facet, value, mentions) SELECT facet, value, mentions FROM seen ORDER BY facet, value
       ON CONFLICT (facet, value) DO UPDATE SET mentions = known.mentions + excluded.mentions
       RETURNING known.name, known.facet, known.value)
     SELECT name FROM seen JOIN written USING (facet, value) ORDER BY place`,
    [names.map(({ facet }) => facet), names.map(({ value }) => value), names.map(({ looks }) => looks.length)],
  );
  return rows.map(({ name }) => name);
}

interface Found {
  kinds: Kinds;
  names: Names;
}

/** Name after name, as they stand in the indexes: look after look, the same rows take a third longer. */
async function writeMentions(tx: Queryable, { names: mentioned, looks }: Projection, { kinds, names }: Found): Promise<void> {
  if (mentioned.length === 0) return;
  await tx.query(
    `INSERT INTO audit.mention (name, kind, seq, at)
     SELECT name, ($3::integer[])[look], ($4::bigint[])[look], ($5::timestamptz[])[look]
     FROM unnest($1::bigint[], $2::integer[]) AS mentioned (name, look)`,
    [
      mentioned.flatMap(({ looks }, place) => looks.map(() => numberOf(names[place]))),
      mentioned.flatMap(({ looks }) => looks.map((look) => look + 1)),
      looks.map(({ kind }) => numberOf(kinds.get(kind))),
      looks.map(({ seq }) => seq),
      looks.map(({ at }) => at),
    ],
  );
}

async function writeTally(tx: Queryable, looks: readonly Look[], { kinds, names }: Found): Promise<void> {
  await tx.query(
    `INSERT INTO audit.tally AS known (hour, kind, operator, entries, looks, subjects)
     SELECT date_trunc('hour', at, 'UTC'), kind, operator, count(*), sum(looks), sum(subjects)
     FROM unnest($1::timestamptz[], $2::integer[], $3::bigint[], $4::bigint[], $5::bigint[]) AS seen (at, kind, operator, looks, subjects)
     GROUP BY 1, 2, 3
     ON CONFLICT (hour, kind, operator) DO UPDATE SET
       entries = known.entries + excluded.entries, looks = known.looks + excluded.looks, subjects = known.subjects + excluded.subjects`,
    [
      looks.map(({ at }) => at),
      looks.map(({ kind }) => numberOf(kinds.get(kind))),
      looks.map(({ operator }) => (operator === null ? 0n : numberOf(names[operator]))),
      looks.map(({ looks: count }) => count),
      looks.map(({ subjects }) => subjects),
    ],
  );
}

function numberOf<T extends number | bigint>(number: T | undefined): T {
  if (number === undefined) throw new Error('the read model lost a row it had just written');
  return number;
}
