/** Data as subgraphs gave them, joined: keys are the plan's. */
export type JoinedObject = Record<string, unknown>;

/** Steps of a plan's path: a key, or `@` for every element of a list. */
export type PlanPath = readonly string[];

/**
 * Joins what a subgraph answered into what is known of the same object, in place. Null never replaces what another
 * subgraph knows. Parts of `source` are shared, not copied.
 * @param protectedTypenames names of `@interfaceObject` interfaces, which say less than the object's type does.
 */
export function join(target: JoinedObject, source: JoinedObject, protectedTypenames: ReadonlySet<string>): void {
  for (const key of Object.keys(source)) {
    // Not a name that a schema can have; a plain assignment would change the prototype.
    if (key === '__proto__') continue;
    const received = source[key];
    const known = Object.hasOwn(target, key) ? target[key] : undefined;
    if (known === undefined || known === null) target[key] = received;
    else if (key === '__typename') joinTypename(target, received, protectedTypenames);
    else target[key] = joinValues(known, received, protectedTypenames);
  }
}

function joinTypename(target: JoinedObject, received: unknown, protectedTypenames: ReadonlySet<string>): void {
  if (typeof received === 'string' && !protectedTypenames.has(received)) target['__typename'] = received;
}

function joinValues(known: unknown, received: unknown, protectedTypenames: ReadonlySet<string>): unknown {
  if (received === null || received === undefined || received === known) return known;
  if (isObject(known) && isObject(received)) {
    join(known, received, protectedTypenames);
    return known;
  }
  if (!Array.isArray(known) || !Array.isArray(received) || known.length !== received.length) return received;
  received.forEach((element, index) => {
    known[index] = known[index] == null ? element : joinValues(known[index], element, protectedTypenames);
  });
  return known;
}

/** The objects at a path, in order; null and absent ones are left out. */
export function objectsAt(data: JoinedObject, path: PlanPath): JoinedObject[] {
  const found: JoinedObject[] = [];
  collect(data, path, 0, found);
  return found;
}

function collect(value: unknown, path: PlanPath, step: number, found: JoinedObject[]): void {
  if (value === null || value === undefined) return;
  if (Array.isArray(value)) {
    // A list where the path has `@`; elsewhere a subgraph answered a list for an object.
    if (path[step] === '@') for (const element of value) collect(element, path, step + 1, found);
    return;
  }
  if (!isObject(value)) return;
  const key = path[step];
  if (key === undefined) found.push(value);
  else if (Object.hasOwn(value, key)) collect(value[key], path, step + 1, found);
}

/** Where each object at a path stands; the same object may stand in several places. */
export function placesAt(
  data: JoinedObject,
  path: PlanPath,
): ReadonlyMap<JoinedObject, readonly (readonly (string | number)[])[]> {
  const places = new Map<JoinedObject, (readonly (string | number)[])[]>();
  locate(data, path, [], places);
  return places;
}

function locate(
  value: unknown,
  path: PlanPath,
  at: readonly (string | number)[],
  places: Map<JoinedObject, (readonly (string | number)[])[]>,
): void {
  const [step, ...rest] = path;
  if (Array.isArray(value)) {
    if (step === '@') value.forEach((element, index) => locate(element, rest, [...at, index], places));
  } else if (isObject(value)) {
    if (step === undefined) places.set(value, [...(places.get(value) ?? []), at]);
    else if (Object.hasOwn(value, step)) locate(value[step], rest, [...at, step], places);
  }
}

/** Whether a value of JSON is an object, not a list. */
export function isObject(value: unknown): value is JoinedObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
