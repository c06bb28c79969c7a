import { Kind, parse } from 'graphql';
import type { FieldNode, SelectionNode } from 'graphql';
import { createBoundedCache } from '../disclosure/bounded-cache.ts';
import { type ErrorCode, ERRORS, GatewayError } from '../errors.ts';
import type { ErrorDetails } from '../../schema/coded-error.ts';
import { isGatewaySubgraph } from '../../schema/signed-context.ts';
import type { Cancellation } from './cancellation.ts';
import type { DepartmentAnswer, DepartmentError, DepartmentRequest } from './department-transport.ts';
import type { SubgraphAnswer } from './compiled/run.ts';
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

/** Codes of a department's errors; any other code means that it could not answer. What the gateway's own subgraphs refuse with is its own table's. */
const CODES: ReadonlyMap<string, ErrorCode> = new Map([
  ['PURPOSE_NOT_ACCEPTED', 'DEPARTMENT_REFUSED'],
  ['SUBJECT_FORBIDDEN', 'DEPARTMENT_REFUSED'],
  ['SUSPENDED', 'SUSPENDED'],
  ['INPUT_INVALID', 'INPUT_INVALID'],
  ['BAD_USER_INPUT', 'INPUT_INVALID'],
  // The department does not know our signature: keys or clocks differ, which is the operators' to mend.
  ['CONTEXT_REQUIRED', 'INTERNAL'],
  ['CONTEXT_INVALID', 'INTERNAL'],
]);

const OWN_CODES: ReadonlyMap<string, ErrorCode> = new Map([
  ...(Object.keys(ERRORS) as ErrorCode[]).map((code) => [code, code] as const),
  ...CODES,
]);

/** Asks one department, for one query. */
export type DepartmentDataSource = (request: DepartmentRequest, scope: QueryScope) => Promise<SubgraphAnswer>;

/**
 * One department as the joining sees it. Whatever goes wrong there becomes errors that hold a code and the path of
 * each field that stays null, so that the other departments' data are still answered.
 */
export function departmentDataSource(
  department: string,
  ask: AskDepartment,
  isSuspended: () => boolean = () => false,
): DepartmentDataSource {
  const known = createBoundedCache<AskedFields>(KEPT_TEXTS);
  const isOwn = isGatewaySubgraph(department);
  const codes = isOwn ? OWN_CODES : CODES;
  const fieldsOf = ({ query }: DepartmentRequest) => known.remember(query, () => askedFields(query));
  function read(received: DepartmentAnswer, request: DepartmentRequest, scope: QueryScope): SubgraphAnswer {
    const { data, errors } = hasForm(received, request) ? received : UNUSABLE;
    if (errors.length === 0) return { data };
    const failures = errors.flatMap(({ path, code, details }) => {
      const failure = (code === null ? undefined : codes.get(code)) ?? ('DEPARTMENT_UNAVAILABLE' as const);
      const said = isOwn && details && { details: plainDetails(details) };
      return failedPaths(path, request, fieldsOf).map((each) => ({ path: each, code: failure, ...said }));
    });
    if (failures.some(({ code }) => INCOMPLETE.has(code))) scope.unavailable.add(department);
    return { data, errors: failures.map(({ path, ...extensions }) => ({ message: extensions.code, path, extensions })) };
  }

  // One promise, not four: every query asks some six departments.
  return (request, scope) => {
    if (isSuspended()) return Promise.resolve(read(SUSPENDED, request, scope));
    scope.asked.add(department);
    const { requestId, cancellation: signal, idempotent } = scope;
    // A context that cannot be signed is our fault, and fails the whole query.
    const contextToken = scope.contextToken(department);
    return ask(request, { contextToken, requestId, signal, idempotent }).then(
      (received) => read(received, request, scope),
      (error: unknown) => {
        // OVERLOADED refuses the whole query, and at once: nothing of it is worth waiting for.
        if (error instanceof GatewayError) scope.cancellation.abort(error);
        // Why is in the metrics; the client learns that the department did not answer.
        return read(UNUSABLE, request, scope);
      },
    );
  };
}

/** Names and numbers: whatever else a text may hold, these leave as they are, and not as byte texts. */
function plainDetails(details: Readonly<Record<string, unknown>>): ErrorDetails {
  const isPlain = (value: unknown): value is string | number =>
    typeof value === 'number' || (typeof value === 'string' && /^[\x20-\x7e]{1,100}$/.test(value));
  return Object.fromEntries(Object.entries(details).filter((entry): entry is [string, string | number] => isPlain(entry[1])));
}

/** Texts whose fields are kept: while a department is down, every query asks for them. */
const KEPT_TEXTS = 500;
/** Codes after which a department's data are missing. */
const INCOMPLETE: ReadonlySet<ErrorCode> = new Set(['DEPARTMENT_UNAVAILABLE', 'INTERNAL', 'SUSPENDED']);
const SUSPENDED: DepartmentAnswer = { data: null, errors: [{ code: 'SUSPENDED' }] };
const UNUSABLE: DepartmentAnswer = { data: null, errors: [{ code: null }] };

/** The gateway joins entities by position, so one too few or out of turn would shift a subject's data to its neighbour. */
function hasForm({ data, errors }: DepartmentAnswer, { variables }: DepartmentRequest): boolean {
  const asked = variables['representations'];
  if (data === null) return errors.length > 0;
  if (!Array.isArray(asked)) return true;
  const entities = data['_entities'];
  if (!Array.isArray(entities)) return errors.length > 0 && entities === null;
  return entities.length === asked.length && isInTurn(entities, asked);
}

/** Whether no entity is of a type that others were asked for instead. One of an interface's types is not out of turn. */
function isInTurn(entities: readonly unknown[], asked: readonly unknown[]): boolean {
  if (asked.length < 2) return true;
  const types = new Set(asked.map(typeOf));
  if (types.size < 2) return true;
  return entities.every((entity, index) => {
    const type = typeOf(entity);
    return type === undefined || type === typeOf(asked[index]) || !types.has(type);
  });
}

function typeOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? (value as { __typename?: unknown }).__typename : undefined;
}

/** What a text asks for: response keys of its root fields, or of each entity. */
interface AskedFields {
  keys: readonly string[];
  ofEntities: boolean;
}

/** An error without a path is about everything that was asked, one of an entity about everything asked of it. */
function failedPaths(
  path: DepartmentError['path'],
  request: DepartmentRequest,
  fieldsOf: (request: DepartmentRequest) => AskedFields,
): readonly (readonly (string | number)[])[] {
  if (path !== undefined && !(path[0] === '_entities' && path.length < 3)) return [path];
  const { keys, ofEntities } = fieldsOf(request);
  const representations = request.variables['representations'];
  if (!ofEntities || !Array.isArray(representations)) return keys.map((key) => [key]);
  const index = path?.[1];
  const indexes = typeof index === 'number' ? [index] : representations.keys();
  return [...indexes].flatMap((each) => keys.map((key) => ['_entities', each, key]));
}

function askedFields(query: string): AskedFields {
  const operation = parse(query, { noLocation: true }).definitions.find(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const root = operation?.selectionSet.selections ?? [];
  const entities = root.filter(isField).find((field) => field.name.value === '_entities');
  if (entities === undefined) return { keys: responseKeys(root), ofEntities: false };
  return { keys: responseKeys(entities.selectionSet?.selections ?? []), ofEntities: true };
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
