import { isRecord } from '../../../schema/is-record.ts';
import { Passage } from '../passages/passage.ts';

/** Data as subgraphs gave them, joined: keys are the plan's. */
export type JoinedObject = Record<string, unknown>;

/** A step of a plan's path: a key, or `@` for every element of a list. */
export interface PathStep {
  key: string;
  /** Names of the types of which the objects there must be; any, when left out. */
  types?: ReadonlySet<string>;
}

/** Where in the joined data the objects of a fetch are. */
export type PlanPath = readonly PathStep[];

/** Joins what a subgraph answered into all that is meant by it: each has a copy of its own, unless they may share what is in it. */
export function joinAll(
  targets: readonly JoinedObject[],
  source: JoinedObject,
  { protectedTypenames, isShared }: { protectedTypenames: ReadonlySet<string>; isShared: boolean },
): void {
  targets.forEach((target, index) =>
    join(target, index === 0 || isShared ? source : (copyOf(source) as JoinedObject), protectedTypenames),
  );
}

function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (!isRecord(value) || value instanceof Passage) return value;
  const copy: JoinedObject = { ...value };
  for (const key of Object.keys(copy)) copy[key] = copyOf(copy[key]);
  return copy;
}

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
  if (known instanceof Passage) return joinValues(known.value(), received, protectedTypenames);
  if (received instanceof Passage) return joinValues(known, received.value(), protectedTypenames);
  if (received === null || received === undefined || received === known) return known;
  if (isRecord(known) && isRecord(received)) {
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

function collect(value: unknown, path: PlanPath, index: number, found: JoinedObject[]): void {
  if (value === null || value === undefined) return;
  const step = path[index];
  if (Array.isArray(value)) {
    // A list where the path has `@`; elsewhere a subgraph answered a list for an object.
    if (step?.key === '@') for (const element of value) collect(element, path, index + 1, found);
    return;
  }
  if (!isRecord(value) || !meets(value, path[index - 1])) return;
  if (step === undefined) found.push(value);
  else if (Object.hasOwn(value, step.key)) collect(value[step.key], path, index + 1, found);
}

/** Whether an object is of one of the types that the step to it names; one that does not say its type is. */
export function meets({ __typename }: JoinedObject, step: PathStep | undefined): boolean {
  return step?.types === undefined || typeof __typename !== 'string' || step.types.has(__typename);
}

/** Where each object at a path stands; the same object may stand in several places. */
export function placesAt(
  data: JoinedObject,
  path: PlanPath,
): ReadonlyMap<JoinedObject, readonly (readonly (string | number)[])[]> {
  const places = new Map<JoinedObject, (readonly (string | number)[])[]>();
  locate(data, path, { index: 0, at: [], places });
  return places;
}

interface Locating {
  index: number;
  at: readonly (string | number)[];
  places: Map<JoinedObject, (readonly (string | number)[])[]>;
}

function locate(value: unknown, path: PlanPath, { index, at, places }: Locating): void {
  const step = path[index];
  const next = (inner: unknown, to: string | number) => locate(inner, path, { index: index + 1, at: [...at, to], places });
  if (Array.isArray(value)) {
    if (step?.key === '@') value.forEach(next);
  } else if (isRecord(value) && meets(value, path[index - 1])) {
    if (step === undefined) places.set(value, [...(places.get(value) ?? []), at]);
    else if (Object.hasOwn(value, step.key)) next(value[step.key], step.key);
  }
}
