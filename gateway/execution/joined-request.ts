import type { DepartmentAnswer, DepartmentError, DepartmentRequest } from './department-transport.ts';

/** Several queries' requests as one, and each query's own part of its answer. */
export interface JoinedRequest {
  request: DepartmentRequest;
  /**
   * What the answer says to each of the joined requests, in their order; no object is in two of them. Undefined when one
   * of them may have spoilt it for the others: then each must ask alone.
   */
  share(answer: DepartmentAnswer): readonly DepartmentAnswer[] | undefined;
}

/** Errors about whoever asks, which all who are joined have in common. */
const ABOUT_THE_CALLER = new Set(['PURPOSE_NOT_ACCEPTED', 'CONTEXT_REQUIRED', 'CONTEXT_INVALID']);

/**
 * What requests must have in common to be joined, besides their signed context and their text. Requests for entities
 * differ in their representations alone; others must be the same.
 */
export function commonVariables({ variables }: DepartmentRequest): string {
  const { representations: _, ...common } = variables;
  return JSON.stringify(common);
}

/** Subjects that a request asks about, at most. */
export function countSubjects({ variables }: DepartmentRequest): number {
  const { representations } = variables;
  return Array.isArray(representations) ? representations.length : 1;
}

/** Joins requests of one text and one signed context that have their {@link commonVariables} in common. */
export function joinRequests(first: DepartmentRequest, others: readonly DepartmentRequest[]): JoinedRequest {
  if (Array.isArray(first.variables['representations'])) return joinEntities(first, others);
  return { request: first, share: (answer) => [answer, ...others.map(() => ({ ...answer, data: copy(answer.data) }))] };
}

function joinEntities(first: DepartmentRequest, others: readonly DepartmentRequest[]): JoinedRequest {
  const places = new Map<string, number>();
  const representations: unknown[] = [];
  const wanted = [first, ...others].map(({ variables }) =>
    (variables['representations'] as readonly unknown[]).map((representation) => {
      const identity = JSON.stringify(representation);
      const place = places.get(identity) ?? representations.push(representation) - 1;
      places.set(identity, place);
      return place;
    }),
  );
  const { query, operationName, variables } = first;
  return {
    request: { query, variables: { ...variables, representations }, ...(operationName !== undefined && { operationName }) },
    share: (answer) => shareEntities(answer, wanted, representations.length),
  };
}

/** @param wanted the places of each request's entities in the joined list. */
function shareEntities({ data, errors }: DepartmentAnswer, wanted: readonly (readonly number[])[], count: number) {
  if (data === null && errors.some(({ code }) => code !== null && ABOUT_THE_CALLER.has(code)))
    return wanted.map(() => ({ data, errors }));
  const entities = data?.['_entities'];
  if (!Array.isArray(entities) || entities.length !== count) return undefined;
  const given = new Set<number>();
  const own = (place: number): unknown => {
    if (given.has(place)) return copy(entities[place]);
    given.add(place);
    return entities[place];
  };
  return wanted.map((places) => ({ data: { _entities: places.map(own) }, errors: errorsAt(errors, places) }));
}

/** The errors of a request's own entities, and those of the whole answer. */
function errorsAt(errors: readonly DepartmentError[], places: readonly number[]): readonly DepartmentError[] {
  if (errors.length === 0) return errors;
  const indexes = new Map(places.map((place, index) => [place, index]));
  return errors.flatMap((error) => {
    const [field, place, ...rest] = error.path ?? [];
    if (field !== '_entities' || typeof place !== 'number') return [error];
    const index = indexes.get(place);
    return index === undefined ? [] : [{ ...error, path: ['_entities', index, ...rest] }];
  });
}

/** A copy of a value of JSON that shares nothing with it: whoever joins the data changes them. */
function copy<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copy) as T;
  const made: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    // Not a name that a schema can have; a plain assignment would change the prototype.
    if (key !== '__proto__') made[key] = copy(inner);
  }
  return made as T;
}
