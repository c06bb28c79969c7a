import type { Db } from '../../../database/db.ts';

/** An old 15-digit number as the registry's tables know it (`unresolvedId()`), and as it is asked for elsewhere. */
export interface OldNumber {
  readonly reference: string;
  readonly number: string;
}

/**
 * Finds the subjects of old numbers, each given once: ids by `reference`; those the registry does not know are missing in
 * the answer. The seam to the registry: its tables in the same database, or the gateway where it has one of its own.
 */
export type ResolveReferences = (numbers: readonly OldNumber[]) => Promise<ReadonlyMap<string, string>>;

/** Old numbers without those given before. */
export function distinctNumbers(numbers: readonly OldNumber[]): OldNumber[] {
  return [...new Map(numbers.map((number) => [number.reference, number])).values()];
}

/** Resolves through the registry's tables where they are in this database; where they are not, resolves nothing: rows wait. */
export async function registryInDatabase(db: Db): Promise<ResolveReferences> {
  const { rows } = await db.query<{ here: boolean }>("select to_regclass('registry.identifier') is not null as here");
  if (rows[0]?.here !== true) return async () => new Map();
  return async (numbers) => {
    if (numbers.length === 0) return new Map();
    const found = await db.query<{ reference: string; subject_id: string }>(
      'select reference, subject_id from registry.identifier where reference = any($1::text[])',
      [numbers.map(({ reference }) => reference)],
    );
    return new Map(found.rows.map((row) => [row.reference, row.subject_id]));
  };
}
