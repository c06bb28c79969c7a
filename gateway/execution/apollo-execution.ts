import apolloGateway, { type GatewayConfig } from '@apollo/gateway';
import { getOperationAST, type GraphQLError, type GraphQLSchema } from 'graphql';
import type { Clock } from '../../schema/city-clock.ts';
import type { Department, SignedContext } from '../../schema/signed-context.ts';
import { DEPARTMENTS } from '../../schema/signed-context.ts';
import { silenceVendorTelemetry } from '../config.ts';
import { GatewayError } from '../errors.ts';
import { departmentDataSource, type QueryScope } from './department-data-source.ts';
import type { DepartmentTransport } from './department-transport.ts';
import type { DepartmentFailure, Execution, ExecutionContext, RawAnswer } from './execution.ts';
import { type DepartmentObservation, resilient } from './resilient-department.ts';
import { createSignedContextCache, type SignContext } from './signed-context-cache.ts';

type Operation = Parameters<Execution['execute']>[0];
type ApolloGateway = InstanceType<typeof apolloGateway.ApolloGateway>;
type Executor = ApolloGateway['executor'];
type ExecutorRequest = Parameters<Executor>[0];

/** The composed schema: what clients query, and the supergraph it came from. */
export interface CurrentSchema {
  apiSchema: GraphQLSchema;
  supergraphSdl: string;
}

/** An execution whose supergraph can be replaced while it runs. */
export interface ApolloExecution extends Execution {
  readonly schema: CurrentSchema;
  /** Calls back with every later schema; answers the way to stop. */
  onSchema(listener: (schema: CurrentSchema) => void): () => void;
  /** Replaces the supergraph for the next query; throws and keeps the old one when it cannot be used. */
  update(supergraphSdl: string): void;
  /** Whether each department says it can answer. */
  ready(signal: AbortSignal): Promise<Readonly<Record<string, boolean>>>;
  close(): Promise<void>;
}

export interface ApolloExecutionOptions {
  supergraphSdl: string;
  /** The way to each department, by subgraph name. */
  departments: Readonly<Record<string, DepartmentTransport>>;
  signContext: SignContext;
  clock: Clock;
  /** Milliseconds for one attempt at one department. */
  timeouts: { department: number };
  observe?: (observation: DepartmentObservation) => void;
}

/**
 * Plans with `@apollo/gateway` and joins what the departments answer. A department that is down costs its own fields
 * only. Rejects when the supergraph cannot be used or names a department without a transport.
 */
export async function createApolloExecution(options: ApolloExecutionOptions): Promise<ApolloExecution> {
  const { departments, signContext, clock } = options;
  const sign = createSignedContextCache(signContext, clock);
  const { gateway, update } = await loadGateway(options);
  const listeners = new Set<(schema: CurrentSchema) => void>();
  let schema: CurrentSchema | undefined;
  gateway.onSchemaLoadOrUpdate(({ apiSchema, coreSupergraphSdl }) => {
    schema = { apiSchema, supergraphSdl: coreSupergraphSdl };
    for (const listener of listeners) listener(schema);
  });
  const { executor } = await gateway.load();
  return {
    get schema() {
      if (schema === undefined) throw new Error('the gateway loaded without a schema');
      return schema;
    },
    onSchema(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    update,
    execute: (operation, variables, context) =>
      execute(executor, operation, variables, { context, sign, apiSchema: gateway.schema }),
    async ready(signal) {
      const states = await Promise.all(
        Object.entries(departments).map(async ([name, transport]) => [name, await transport.ready(signal)] as const),
      );
      return Object.fromEntries(states);
    },
    async close() {
      await gateway.stop();
      await Promise.all(Object.values(departments).map((transport) => transport.close()));
    },
  };
}

async function loadGateway({ supergraphSdl, departments, timeouts, observe = () => {} }: ApolloExecutionOptions) {
  silenceVendorTelemetry();
  let replace: ((supergraphSdl: string) => void) | undefined;
  const gateway = new apolloGateway.ApolloGateway({
    supergraphSdl: {
      initialize: async ({ update }) => {
        replace = update;
        return { supergraphSdl };
      },
    },
    buildService: ({ name }) => {
      const transport = departments[name];
      if (transport === undefined) throw new Error(`the supergraph names the department ${name}, which has no address`);
      return departmentDataSource(name, resilient(name, transport, { timeoutMs: timeouts.department, observe }));
    },
    // Its own messages quote schemas at most, and every failure reaches us as an exception.
    logger: SILENT,
  } satisfies GatewayConfig);
  return { gateway, update: (sdl: string) => replace?.(sdl) };
}

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

async function execute(
  executor: Executor,
  operation: Operation,
  variables: Readonly<Record<string, unknown>>,
  { context, sign, apiSchema }: { context: ExecutionContext; sign: SignContext; apiSchema: GraphQLSchema | undefined },
): Promise<RawAnswer> {
  const node = getOperationAST(operation.document, operation.name);
  if (node == null || apiSchema === undefined) throw new GatewayError('INTERNAL');
  const scope: QueryScope = {
    requestId: context.requestId,
    signal: context.signal,
    idempotent: node.operation === 'query',
    contextToken: (department) => sign(signedContext(department, context)),
    asked: new Set(),
    unavailable: new Set(),
  };
  const needed = Object.fromEntries(Object.entries(variables).filter(([name]) => operation.variableNames.has(name)));
  const { data, errors = [] } = await executor({
    request: { query: operation.text, variables: needed, ...(operation.name !== null && { operationName: operation.name }) },
    document: operation.document,
    // The pruned text's own hash: plans are cached by it, and the client's document has other fields.
    queryHash: operation.hash,
    source: operation.text,
    operation: node,
    operationName: operation.name,
    schema: apiSchema,
    context: scope,
    metrics: {},
    logger: SILENT,
  } as unknown as ExecutorRequest);
  return {
    data: data ?? null,
    failures: errors.map(toFailure),
    departments: [...scope.asked].sort(),
    unavailable: [...scope.unavailable].sort(),
  };
}

function signedContext(audience: string, { caller, purpose }: ExecutionContext): SignedContext {
  const { actor, organization, department, subject } = caller;
  return {
    audience,
    actor,
    organization,
    ...(department !== undefined && isDepartment(department) && { department }),
    purpose: purpose.code,
    ...(subject !== undefined && { subject }),
  };
}

function isDepartment(code: string): code is Department {
  return DEPARTMENTS.some((department) => department === code);
}

/** Only our data sources put both marks on an error; anything else is a fault of the joining itself, and answers nothing. */
function toFailure(error: Pick<GraphQLError, 'path' | 'extensions'>): DepartmentFailure {
  const { serviceName, code } = error.extensions ?? {};
  if (typeof serviceName !== 'string' || !isFailureCode(code))
    throw new Error('the departments could not be joined', { cause: error });
  return { path: error.path ?? [], department: serviceName, code };
}

function isFailureCode(code: unknown): code is DepartmentFailure['code'] {
  return code === 'DEPARTMENT_UNAVAILABLE' || code === 'DEPARTMENT_REFUSED' || code === 'INPUT_INVALID' || code === 'INTERNAL';
}
