import { askedOf, nameOf, readName, repeatText } from './repeated-text.ts';
import type { DepartmentAnswer, DepartmentError, DepartmentRequest } from './department-transport.ts';
import { Passage } from './passages/passage.ts';

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
 * What requests must have in common to be joined, besides their signed context and their text. Requests for entities differ in
 * their representations alone; others may differ in all variables, unless their text is too long to be repeated.
 */
export function commonVariables({ query, variables }: DepartmentRequest): string {
  if (isForEntities(variables)) {
    // Mostly there is nothing else.
    if (Object.keys(variables).length === 1) return '';
    const { representations: _, ...common } = variables;
    return JSON.stringify(common);
  }
  return repeatText(query).most > 1 ? '' : JSON.stringify(variables);
}

/** Subjects that a request asks about, at most: as many as its lists name, and one if it names none. */
export function countSubjects({ variables }: DepartmentRequest): number {
  let most = 1;
  for (const value of Object.values(variables)) if (Array.isArray(value) && value.length > most) most = value.length;
  return most;
}

/** Requests of one text that fit into one request. */
export function mostJoined({ query, variables }: DepartmentRequest): number {
  if (isForEntities(variables)) return Number.POSITIVE_INFINITY;
  const { most } = repeatText(query);
  // What cannot be repeated is joined only where it is the same, and then once.
  return most > 1 ? most : Number.POSITIVE_INFINITY;
}

function isForEntities(variables: DepartmentRequest['variables']): boolean {
  return Array.isArray(variables['representations']);
}

/** Joins requests of one text and one signed context that have their {@link commonVariables} in common. */
export function joinRequests(first: DepartmentRequest, others: readonly DepartmentRequest[]): JoinedRequest {
  return isForEntities(first.variables) ? joinEntities(first, others) : joinFields(first, others);
}

/** Requests with the same variables are asked once, others side by side in one text. */
function joinFields(first: DepartmentRequest, others: readonly DepartmentRequest[]): JoinedRequest {
  const times = new Map<string, number>();
  const asked: DepartmentRequest[] = [];
  const wanted = [first, ...others].map((request) => {
    const key = JSON.stringify(request.variables);
    const time = times.get(key) ?? asked.push(request) - 1;
    times.set(key, time);
    return time;
  });
  if (asked.length === 1) return { request: first, share: (answer) => each(wanted, [answer]) };
  const { text, times: room } = repeatText(first.query).for(asked.length);
  const variables: Record<string, unknown> = {};
  for (let time = 0; time < room; time++) {
    variables[askedOf(time)] = time < asked.length;
    // What is not asked still needs variables of the right types.
    for (const [name, value] of Object.entries((asked[time] ?? first).variables)) variables[nameOf(time, name)] = value;
  }
  const { operationName } = first;
  return {
    request: { query: text, variables, ...(operationName !== undefined && { operationName }) },
    share: (answer) => shareFields(answer, wanted, asked.length),
  };
}

/** @param wanted the time of each request in the joined one; a time may be wanted by several. */
function shareFields({ data, errors }: DepartmentAnswer, wanted: readonly number[], count: number) {
  if (data === null) return sharedRefusal({ data, errors }, wanted);
  const shares = Array.from({ length: count }, () => ({ data: {} as Record<string, unknown>, errors: [] as DepartmentError[] }));
  for (const [key, value] of Object.entries(data)) {
    const { time = -1, name = '' } = readName(key) ?? {};
    const share = shares[time];
    if (share === undefined) return undefined;
    share.data[name] = value;
  }
  for (const error of errors) {
    const [key, ...rest] = error.path ?? [];
    const made = readName(key);
    if (made === undefined) for (const share of shares) share.errors.push(error);
    else shares[made.time]?.errors.push({ ...error, path: [made.name, ...rest] });
  }
  return each(wanted, shares);
}

/** The answer of each request's time: its own, or a copy where another request has it already. */
function each(wanted: readonly number[], answers: readonly DepartmentAnswer[]): readonly DepartmentAnswer[] {
  const given = new Set<number>();
  return wanted.flatMap((time) => {
    const answer = answers[time];
    if (answer === undefined) return [];
    const own = given.has(time) ? { data: copy(answer.data), errors: answer.errors } : answer;
    given.add(time);
    return [own];
  });
}

/** What is refused to the caller is refused to all who are joined; anything else may be the fault of one. */
function sharedRefusal(answer: DepartmentAnswer, wanted: readonly unknown[]): readonly DepartmentAnswer[] | undefined {
  return answer.errors.some(({ code }) => code !== null && ABOUT_THE_CALLER.has(code)) ? wanted.map(() => answer) : undefined;
}

function joinEntities(first: DepartmentRequest, others: readonly DepartmentRequest[]): JoinedRequest {
  const places = new Map<string, number>();
  const representations: unknown[] = [];
  const wanted = [first, ...others].map(({ variables, entities }) =>
    (variables['representations'] as readonly unknown[]).map((representation, index) => {
      const identity = entities?.representations[index] ?? JSON.stringify(representation);
      const place = places.get(identity) ?? representations.push(representation) - 1;
      places.set(identity, place);
      return place;
    }),
  );
  const { query, operationName, variables, entities, recognize } = first;
  return {
    request: {
      query,
      variables: Object.assign({}, variables, { representations }),
      ...(operationName !== undefined && { operationName }),
      ...(entities && { body: () => entities.bodyOf([...places.keys()]) }),
      ...(recognize && { recognize }),
    },
    share: (answer) => shareEntities(answer, wanted, representations.length),
  };
}

/** @param wanted the places of each request's entities in the joined list. */
function shareEntities({ data, errors }: DepartmentAnswer, wanted: readonly (readonly number[])[], count: number) {
  if (data === null) return sharedRefusal({ data, errors }, wanted);
  const entities = data['_entities'];
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
  if (typeof value !== 'object' || value === null || value instanceof Passage) return value;
  if (Array.isArray(value)) return value.map(copy) as T;
  const made: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    // Not a name that a schema can have; a plain assignment would change the prototype.
    if (key !== '__proto__') made[key] = copy(inner);
  }
  return made as T;
}
