import { getOperationAST } from 'graphql';
import type { Clock } from '../../schema/city-clock.ts';
import type { AuthorizedData, SignedContext } from '../../schema/signed-context.ts';
import { type Department, DEPARTMENTS, isGatewaySubgraph } from '../../schema/signed-context.ts';
import { fromByteText, toByteTexts } from '../byte-text.ts';
import type { ErrorDetails } from '../../schema/coded-error.ts';
import { type ErrorCode, ERRORS, GatewayError } from '../errors.ts';
import { type CompiledPlans, createCompiledPlans } from './compiled/compiled-plans.ts';
import { type ExecutionError, INVALID_ANSWER } from './compiled/compile-operation.ts';
import type { TextForm } from './compiled/run.ts';
import { Cancellation, type CancelSignal } from './cancellation.ts';
import { type DepartmentDataSource, departmentDataSource, type QueryScope } from './department-data-source.ts';
import { DepartmentQueue, type QueueLimits } from './department-queue.ts';
import type { DepartmentTransport } from './department-transport.ts';
import type { DepartmentFailure, Departments, Execution, ExecutionContext, RawAnswer, SupergraphExecution } from './execution.ts';
import { type AskDepartment, type DepartmentObservation, resilient } from './resilient-department.ts';
import { type ContextForAll, createSignedContextCache, type SignContext, type TokensOf } from './signed-context-cache.ts';

type Operation = Parameters<Execution['execute']>[0];

export interface DepartmentsOptions {
  /** The way to each department, by subgraph name. */
  departments: Readonly<Record<string, DepartmentTransport>>;
  signContext: SignContext;
  /** Whether the credit office has suspended a department: it is not asked then, and its fields are null. */
  isSuspended?: (department: string) => boolean;
  clock: Clock;
  /** Milliseconds for one attempt at one department. */
  timeouts: { department: number };
  /** Of each department. */
  limits?: QueueLimits;
  observe?: (observation: DepartmentObservation) => void;
  /** Told of each request in which several queries travel. */
  observeJoined?: (joined: { department: string; queries: number }) => void;
}

/** Compiled operations that are kept: a city's applications send some hundreds of documents, each in a few prunings. */
const MAX_PLANS = 2_000;
const BYTE_TEXTS: TextForm = { put: toByteTexts, read: fromByteText };
/** Where the caller sets none: as many as a small department's server answers at a time, and some seconds of them waiting. */
const LIMITS: QueueLimits = { concurrency: 32, waiting: 500, joined: 64 };

/** Joins what the departments answer by compiled plans. A department that is down costs its own fields only. */
export function createDepartments(options: DepartmentsOptions): Departments {
  const { departments, signContext, isSuspended = () => false, clock } = options;
  const sign = createSignedContextCache(signContext, clock);
  const queues = new Map(Object.entries(departments).map(([name, transport]) => [name, queueBefore(name, transport, options)]));
  const sources = new Map(
    [...queues].map(([name, queue]) => {
      const ask: AskDepartment = (request, call) => queue.ask(request, call);
      return [name, departmentDataSource(name, ask, () => isSuspended(name))];
    }),
  );
  return {
    over: (supergraphSdl) => over(supergraphSdl, { sources, sign }),
    load: () => Object.fromEntries([...queues].map(([name, queue]) => [name, queue.load])),
    async ready(signal) {
      const states = await Promise.all(
        Object.entries(departments).map(async ([name, transport]) => [name, await transport.ready(signal)] as const),
      );
      return Object.fromEntries(states);
    },
    async close() {
      await Promise.all(Object.values(departments).map((transport) => transport.close()));
    },
  };
}

function queueBefore(department: string, transport: DepartmentTransport, options: DepartmentsOptions): DepartmentQueue {
  const { timeouts, limits = LIMITS, observe = () => {}, observeJoined = () => {} } = options;
  return new DepartmentQueue(resilient(department, transport, { timeoutMs: timeouts.department, observe }), limits, {
    overloaded: () => observe({ department, outcome: 'OVERLOADED', durationMs: 0 }),
    joined: (queries) => observeJoined({ department, queries }),
  });
}

function over(supergraphSdl: string, { sources, sign }: Omit<Joining, 'plans'>): SupergraphExecution {
  const plans = createCompiledPlans(supergraphSdl, MAX_PLANS);
  const unknown = plans.supergraph.subgraphs.find((name) => !sources.has(name));
  if (unknown !== undefined) throw new Error(`the supergraph names the department ${unknown}, which has no address`);
  return {
    apiSchema: plans.supergraph.apiSchema,
    execute: (operation, variables, context) => execute(operation, variables, context, { plans, sources, sign }),
  };
}

interface Joining {
  plans: CompiledPlans;
  sources: ReadonlyMap<string, DepartmentDataSource>;
  sign: TokensOf;
}

async function execute(
  { document, name, hash }: Operation,
  variables: Readonly<Record<string, unknown>>,
  context: ExecutionContext,
  { plans, sources, sign }: Joining,
): Promise<RawAnswer> {
  const operation = getOperationAST(document, name);
  if (operation == null) throw new GatewayError('INTERNAL');
  const cancellation = new Cancellation();
  const scope: QueryScope = {
    requestId: context.requestId,
    cancellation,
    idempotent: operation.operation === 'query',
    contextToken: contextTokens(context, sign),
    asked: new Set(),
    unavailable: new Set(),
  };
  const plan = plans.plan({ document, operation, hash, variables });
  const joined = await whileClientWaits(context.signal, cancellation, () =>
    plan.run(
      variables,
      (department, request) => {
        const ask = sources.get(department);
        if (ask === undefined) throw new Error(`no way to the department ${department}`);
        return ask(request, scope);
      },
      BYTE_TEXTS,
    ),
  );
  if (cancellation.reason instanceof GatewayError) throw cancellation.reason;
  const departments = departmentsOf(scope);
  return {
    complete(tally, treatments) {
      const { data, errors } = joined.complete(tally, treatments);
      const failures = errors.map((error) => toFailure(error, scope));
      // A value that its department's schema excludes is found only here.
      return { data, failures, ...(failures.length === 0 ? departments : departmentsOf(scope)) };
    },
    ...departments,
  };
}

function departmentsOf({ asked, unavailable }: QueryScope): Pick<RawAnswer, 'departments' | 'unavailable'> {
  return { departments: [...asked].sort(), unavailable: [...unavailable].sort() };
}

/** One listener on the client's signal for all that the query asks. */
async function whileClientWaits<T>(client: CancelSignal, cancellation: Cancellation, work: () => Promise<T>): Promise<T> {
  const leave = () => cancellation.abort(client.reason);
  if (client.aborted) leave();
  client.addEventListener('abort', leave);
  try {
    return await work();
  } finally {
    client.removeEventListener('abort', leave);
  }
}

/** Whoever acts is put on record by name, and by our own subgraphs alone: a department need not know who asks. */
function contextTokens(context: ExecutionContext, sign: TokensOf): QueryScope['contextToken'] {
  let departments: ReturnType<TokensOf> | undefined;
  let own: ReturnType<TokensOf> | undefined;
  return (audience) => {
    if (isGatewaySubgraph(audience)) return (own ??= sign({ ...actingOf(context), ...sharedContext(context) }))(audience);
    return (departments ??= sharedTokens(context, sign))(audience);
  };
}

/** By the very caller, for the purpose it declared last: it is one object while its token is valid, and mostly asks for one purpose. */
const SHARED = new WeakMap<ExecutionContext['caller'], { sign: TokensOf; purpose: string; tokens: ReturnType<TokensOf> }>();

function sharedTokens(context: ExecutionContext, sign: TokensOf): ReturnType<TokensOf> {
  const { caller, purpose, authorization } = context;
  if (authorization !== undefined) return sign(sharedContext(context));
  const known = SHARED.get(caller);
  if (known?.sign === sign && known.purpose === purpose.code) return known.tokens;
  const tokens = sign(sharedContext(context));
  SHARED.set(caller, { sign, purpose: purpose.code, tokens });
  return tokens;
}

function sharedContext({ caller, purpose, authorization }: ExecutionContext): ContextForAll {
  const { actor, organization, department, subject } = caller;
  return {
    actor,
    organization,
    ...(department !== undefined && isDepartment(department) && { department }),
    purpose: purpose.code,
    ...(subject !== undefined && { subject }),
    ...(authorization !== undefined && { authorization: authorizedData(authorization) }),
  };
}

function actingOf({ caller, purpose: { matter } }: ExecutionContext): Pick<SignedContext, 'operator' | 'matter' | 'credentials'> {
  const { operator } = caller;
  return {
    ...(operator !== undefined && { operator }),
    ...(matter !== undefined && { matter }),
    ...credentialsOf(caller),
  };
}

/** In one order, whatever the caller's: authorizations that cover the same are asked about in one context. */
function authorizedData({ from, to, categories, fields }: AuthorizedData): AuthorizedData {
  return { from, to, categories: [...categories].sort(), ...(fields !== undefined && { fields: [...fields].sort() }) };
}

function credentialsOf({ keyThumbprint, signing }: ExecutionContext['caller']): Pick<SignedContext, 'credentials'> {
  if (keyThumbprint === undefined && signing === undefined) return {};
  return { credentials: { ...(keyThumbprint !== undefined && { keyThumbprint }), ...signing } };
}

function isDepartment(code: string): code is Department {
  return DEPARTMENTS.some((department) => department === code);
}

/** Anything that is neither a department's failure nor a value it must not have answered is a fault of the joining, and answers nothing. */
function toFailure({ message, path = [], extensions }: ExecutionError, scope: QueryScope): DepartmentFailure {
  const { serviceName, code, subgraphs, details } = extensions;
  if (code === INVALID_ANSWER && Array.isArray(subgraphs)) return wrongAnswer(path, subgraphs, scope);
  if (typeof serviceName !== 'string' || !isFailureCode(code))
    throw new Error('the departments could not be joined', { cause: new Error(message) });
  return { path, department: serviceName, code, ...(details !== undefined && { details: details as ErrorDetails }) };
}

/** A value that the department's own schema excludes is no answer: its data are incomplete. */
function wrongAnswer(path: DepartmentFailure['path'], owners: readonly unknown[], scope: QueryScope): DepartmentFailure {
  const department = owners.find((owner) => typeof owner === 'string' && scope.asked.has(owner));
  if (typeof department !== 'string')
    throw new Error('the departments could not be joined', { cause: new Error('a value of nobody') });
  scope.unavailable.add(department);
  return { path, department, code: 'DEPARTMENT_UNAVAILABLE' };
}

function isFailureCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERRORS, code);
}
