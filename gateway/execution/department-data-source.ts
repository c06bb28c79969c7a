import { Kind, parse } from 'graphql';
import type { FieldNode, SelectionNode } from 'graphql';
import { GatewayError } from '../errors.ts';
import type { Cancellation } from './cancellation.ts';
import type { DepartmentAnswer, DepartmentError, DepartmentRequest } from './department-transport.ts';
import type { SubgraphAnswer } from './compiled/run.ts';
import type { DepartmentFailure } from './execution.ts';
import type { AskDepartment } from './resilient-department.ts';

/** What one query carries to every department it reaches, and what it learns there. */
export interface QueryScope {
  requestId: string;
  /** Ends what the query still asks: its client has gone, or it will not be answered. */
  cancellation: Cancellation;
  idempotent: boolean;
  contextToken(department: string): string;
  /** Departments that were sent something; those of them whose data are missing or incomplete. */
  asked: Set<string>;
  unavailable: Set<string>;
}

/** Codes of a department's errors; any other code means that it could not answer. */
const CODES: ReadonlyMap<string, DepartmentFailure['code']> = new Map([
  ['PURPOSE_NOT_ACCEPTED', 'DEPARTMENT_REFUSED'],
  ['SUBJECT_FORBIDDEN', 'DEPARTMENT_REFUSED'],
  ['INPUT_INVALID', 'INPUT_INVALID'],
  ['BAD_USER_INPUT', 'INPUT_INVALID'],
  // The department does not know our signature: keys or clocks differ, which is the operators' to mend.
  ['CONTEXT_REQUIRED', 'INTERNAL'],
  ['CONTEXT_INVALID', 'INTERNAL'],
]);

/** Asks one department, for one query. */
export type DepartmentDataSource = (request: DepartmentRequest, scope: QueryScope) => Promise<SubgraphAnswer>;

/**
 * One department as the joining sees it. Whatever goes wrong there becomes errors that hold a code and the path of
 * each field that stays null, so that the other departments' data are still answered.
 */
export function departmentDataSource(department: string, ask: AskDepartment): DepartmentDataSource {
  return async (request, scope) => {
    scope.asked.add(department);
    const { data, errors } = await answer(department, request, scope, ask);
    const failures = errors.flatMap((error) => locate(error, request));
    if (failures.some(({ code }) => code === 'DEPARTMENT_UNAVAILABLE' || code === 'INTERNAL')) scope.unavailable.add(department);
    return {
      data,
      ...(failures.length > 0 && { errors: failures.map(({ path, code }) => ({ message: code, path, extensions: { code } })) }),
    };
  };
}

async function answer(
  department: string,
  request: DepartmentRequest,
  scope: QueryScope,
  ask: AskDepartment,
): Promise<DepartmentAnswer> {
  const { requestId, cancellation: signal, idempotent } = scope;
  // Outside the attempt: a context that cannot be signed is our fault, and fails the whole query.
  const contextToken = scope.contextToken(department);
  try {
    const received = await ask(request, { contextToken, requestId, signal, idempotent });
    return hasForm(received, request) ? received : UNUSABLE;
  } catch (error) {
    // OVERLOADED refuses the whole query, and at once: nothing of it is worth waiting for.
    if (error instanceof GatewayError) scope.cancellation.abort(error);
    // Why is in the metrics; the client learns that the department did not answer.
    return UNUSABLE;
  }
}

const UNUSABLE: DepartmentAnswer = { data: null, errors: [{ code: null }] };

/** The gateway joins entities by position, so one too few would shift a subject's data to its neighbour. */
function hasForm({ data, errors }: DepartmentAnswer, { variables }: DepartmentRequest): boolean {
  const asked = variables['representations'];
  if (data === null) return errors.length > 0;
  if (!Array.isArray(asked)) return true;
  const entities = data['_entities'];
  return Array.isArray(entities) ? entities.length === asked.length : errors.length > 0 && entities === null;
}

/** An error without a path is about everything that was asked. */
function locate({ path, code }: DepartmentError, request: DepartmentRequest) {
  const failure = (code === null ? undefined : CODES.get(code)) ?? ('DEPARTMENT_UNAVAILABLE' as const);
  const paths = path === undefined || isWhole(path) ? requestedPaths(request) : [path];
  return paths.map((each) => ({ path: each, code: failure }));
}

function isWhole(path: readonly (string | number)[]): boolean {
  return path[0] === '_entities' && path.length < 3;
}

/** The response paths of what was asked for: fields of the query, or of each entity. */
function requestedPaths({ query, variables }: DepartmentRequest): (string | number)[][] {
  const operation = parse(query, { noLocation: true }).definitions.find(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const root = operation?.selectionSet.selections ?? [];
  const entities = root.filter(isField).find((field) => field.name.value === '_entities');
  const representations = variables['representations'];
  if (entities === undefined || !Array.isArray(representations)) return responseKeys(root).map((key) => [key]);
  const keys = responseKeys(entities.selectionSet?.selections ?? []);
  return representations.flatMap((_, index) => keys.map((key) => ['_entities', index, key]));
}

function responseKeys(selections: readonly SelectionNode[]): string[] {
  const keys = selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD)
      return selection.name.value === '__typename' ? [] : [(selection.alias ?? selection.name).value];
    return selection.kind === Kind.INLINE_FRAGMENT ? responseKeys(selection.selectionSet.selections) : [];
  });
  return [...new Set(keys)];
}

function isField(selection: SelectionNode): selection is FieldNode {
  return selection.kind === Kind.FIELD;
}
