import type { Db } from '../../../database/db.ts';

/**
 * Finds the subjects of references to old 15-digit numbers (`unresolvedId()`); those the registry does not know are
 * missing in the answer. The seam to the registry: its tables in the same database, or its service elsewhere.
 */
export type ResolveReferences = (references: readonly string[]) => Promise<ReadonlyMap<string, string>>;

/** Resolves through the registry's tables where they are in this database; where they are not, resolves nothing: rows wait. */
export async function registryInDatabase(db: Db): Promise<ResolveReferences> {
  const { rows } = await db.query<{ here: boolean }>("select to_regclass('registry.identifier') is not null as here");
  if (rows[0]?.here !== true) return async () => new Map();
  return async (references) => {
    if (references.length === 0) return new Map();
    const found = await db.query<{ reference: string; subject_id: string }>(
      'select reference, subject_id from registry.identifier where reference = any($1::text[])',
      [references],
    );
    return new Map(found.rows.map((row) => [row.reference, row.subject_id]));
  };
}
