import type { KeyObject } from 'node:crypto';
import { execute, GraphQLError } from 'graphql';
import type { ExecutionResult, GraphQLSchema } from 'graphql';
import type { Queryable } from '../../database/db.ts';
import type { Clock } from '../../schema/city-clock.ts';
import { CodedError } from '../../schema/coded-error.ts';
import { CONFORMANCE_PURPOSE, isGatewaySubgraph } from '../../schema/signed-context.ts';
import type { SignedContext } from '../../schema/signed-context.ts';
import { buildSchema } from './build-schema.ts';
import type { Accepts } from './accepts.ts';
import type { DepartmentContext } from './department-context.ts';
import { codeOf, DEPARTMENT_ERRORS, DepartmentError, safeError } from './department-error.ts';
import type { Department } from './department.ts';
import { documentReader } from './documents.ts';
import { contextVerifier } from './verify-context.ts';

/** What a department's subgraph runs with. */
export interface SubgraphOptions {
  db: Queryable;
  /** The gateway's public keys by `kid`. */
  publicKeys: ReadonlyMap<string, string | KeyObject>;
  /** Key of the opaque subject ids. */
  subjectKey: string;
  clock: Clock;
  /** Told of every failure that is the department's own, for its log; the error may hold SQL and never leaves. */
  report?: (error: unknown) => void;
}

/** One operation for a department. */
export interface SubgraphRequest {
  query: string;
  variables?: Readonly<Record<string, unknown>> | null | undefined;
  operationName?: string | null | undefined;
  /** The signed context (header x-xinqiao-context). */
  contextToken: string | undefined;
  /** Id of the query it is part of, where the gateway says. */
  requestId?: string | undefined;
  signal?: Pick<AbortSignal, 'aborted'> | undefined;
}

/** A department that answers: the same in the gateway's process and behind its own HTTP server. */
export interface Subgraph {
  readonly name: string;
  readonly sdl: string;
  readonly schema: GraphQLSchema;
  /** Verifies a signed context without executing anything. Throws CONTEXT_REQUIRED or CONTEXT_INVALID. */
  identify(contextToken: string | undefined): SignedContext;
  /** Never rejects: every failure is an error of the result with a code of DEPARTMENT_ERRORS and a fixed sentence. */
  execute(request: SubgraphRequest): Promise<ExecutionResult>;
}

/** Makes a department answer. Throws when its schema is not valid. */
export function createSubgraph(department: Department, options: SubgraphOptions): Subgraph {
  const schema = buildSchema(department);
  const identify = contextVerifier({ audience: department.name, publicKeys: options.publicKeys, clock: options.clock });
  const readDocument = documentReader(schema);
  const passesCodes = isGatewaySubgraph(department.name);

  async function run(request: SubgraphRequest): Promise<ExecutionResult> {
    const caller = identify(request.contextToken);
    assertAccepted(department.accepts, caller.purpose);
    const document = readDocument(request.query);
    if (request.signal?.aborted) throw new DepartmentError('UNAVAILABLE');
    const db = counted(options.db);
    const result = await execute({
      schema,
      document,
      operationName: request.operationName,
      variableValues: request.variables,
      contextValue: contextOf(request, { caller, db }),
    });
    const answer = result.errors ? { ...result, errors: result.errors.map(safely) } : result;
    return caller.purpose === CONFORMANCE_PURPOSE ? withoutRecords(answer, db.statements(), department.sdl) : answer;
  }

  function contextOf({ requestId = '' }: SubgraphRequest, known: Pick<DepartmentContext, 'caller' | 'db'>): DepartmentContext {
    return { ...known, requestId, subjectKey: options.subjectKey, clock: options.clock, loaders: new Map() };
  }

  function safely(error: GraphQLError): GraphQLError {
    if (!(passesCodes && error.originalError instanceof CodedError)) report(error.originalError ?? error);
    return safeError(error, { passesCodes });
  }

  function report(error: unknown): void {
    const code = codeOf(error);
    if (code === 'INTERNAL' || code === 'UNAVAILABLE') options.report?.(error);
  }

  return {
    name: department.name,
    sdl: department.sdl,
    schema,
    identify,
    execute: (request) =>
      run(request).catch((error: unknown) => {
        report(error);
        return refusal(error);
      }),
  };
}

/** The answer to a request that was not executed: the error's code alone. */
export function refusal(error: unknown): ExecutionResult {
  const code = codeOf(error);
  return { errors: [new GraphQLError(DEPARTMENT_ERRORS[code], { extensions: { code } })] };
}

function assertAccepted(accepts: Accepts, purpose: string): void {
  if (purpose !== CONFORMANCE_PURPOSE && !accepts.has(purpose)) throw new DepartmentError('PURPOSE_NOT_ACCEPTED');
}

function counted(db: Queryable): Queryable & { statements(): number } {
  let count = 0;
  return {
    query: (sql, params) => {
      count += 1;
      return db.query(sql, params);
    },
    statements: () => count,
  };
}

/** What the conformance test learns: the department's description and the cost of what it asked, never a record. */
function withoutRecords({ data, errors }: ExecutionResult, statements: number, sdl: string): ExecutionResult {
  // The description is put in afresh: under this name a client's alias could have fetched anything.
  const asked = data?.['_service'] !== undefined;
  return { data: asked ? { _service: { sdl } } : null, ...(errors && { errors }), extensions: { statements } };
}
