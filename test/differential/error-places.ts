type Path = readonly (string | number)[];

/** What was answered, by whomever. */
interface Answer {
  data: unknown;
  errors?: readonly { path?: Path }[];
}

/**
 * What is wrong with the errors of an answer whose data are right (spec, sections 6.4.4 and 7.1.2): each null that one service
 * accounts for is accounted for, no other value is, and a field has one error. Below a null that climbed any field may be
 * named: the first to fail. What a plan fetched beyond the operation, as for a `@requires`, may have failed too.
 * @returns places, each with what is wrong there.
 */
export function wrongErrors(ours: Answer, specified: Answer): readonly string[] {
  const told = placesOf(ours);
  const meant = placesOf(specified);
  const paths = (ours.errors ?? []).flatMap(({ path }) => (path ? [path.join('.')] : []));
  return [
    ...[...meant].filter((place) => !told.has(place)).map((place) => `${place} has no error`),
    ...[...told].filter((place) => !meant.has(place)).map((place) => `${place} has an error`),
    ...paths.filter((path, index) => paths.indexOf(path) !== index).map((path) => `${path} has two errors`),
  ];
}

/**
 * Where in the data the errors show: the null that a path leads to or ends at. None for a path that the data do not have, or
 * to an object that is there: something was needed below it that was not asked for.
 */
function placesOf({ data, errors = [] }: Answer): ReadonlySet<string> {
  return new Set(errors.flatMap(({ path = [] }) => placeOf(data, path) ?? []));
}

function placeOf(data: unknown, path: Path): string | undefined {
  let value = data;
  for (const [index, step] of path.entries()) {
    if (value === null) return path.slice(0, index).join('.');
    value = (value as Readonly<Record<string | number, unknown>>)[step];
    if (value === undefined) return undefined;
  }
  return isObject(value) ? undefined : path.join('.');
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
