import type { PolicySet } from './policy-set.ts';

/** What an authorization of the subject covers: whole categories, or of these the fields it names. */
export interface AuthorizedScope {
  categories: readonly string[];
  /** Coordinates of fields, `Type.field`; all of the categories without. */
  fields?: readonly string[];
}

/**
 * Whether an authorization covers a coordinate: by its category and, where the authorization names fields, by its name; an
 * argument with its field, and if it filters by a field, with that one as well. Nothing is covered without an authorization.
 */
export function covers(
  scope: AuthorizedScope | undefined,
  coordinate: string,
  policy: Pick<PolicySet, 'catalogue' | 'source'>,
): boolean {
  if (scope === undefined) return false;
  const filtered = policy.source.filters.get(coordinate);
  return names(scope, coordinate, policy) && (filtered === undefined || names(scope, filtered, policy));
}

function names(
  { categories, fields }: AuthorizedScope,
  coordinate: string,
  { catalogue }: Pick<PolicySet, 'catalogue'>,
): boolean {
  const category = catalogue.get(coordinate)?.category;
  const [field = ''] = coordinate.split('(');
  return category !== undefined && categories.includes(category) && (fields?.includes(field) ?? true);
}
