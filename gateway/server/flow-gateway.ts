import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import { GraphQLError, getVariableValues } from 'graphql';
import { GatewayError } from '../errors.ts';
import type { CurrentSchema, SchemaSource } from '../editions/edition.ts';
import type { QueryRequest } from '../request.ts';
import type { FlowResponse } from '../respond/respond.ts';
import type { Exchange } from './exchange.ts';
import { compileCost, type CostedOperation, type QueryCost } from './query-cost.ts';

/** The flow as the server calls it; it answers refusals too and never rejects. */
export type Flow = (request: QueryRequest) => Promise<FlowResponse>;

/** What Apollo Server calls a gateway. */
export type GatewayInterface = NonNullable<ApolloServerOptionsWithGateway<{ exchange: Exchange }>['gateway']>;
type Executor = NonNullable<Awaited<ReturnType<GatewayInterface['load']>>['executor']>;
type RequestContext = Parameters<Executor>[0];
type Result = Awaited<ReturnType<Executor>>;

/**
 * The flow in Apollo Server's place for a gateway: Apollo parses and validates against the API schema, the flow decides
 * and answers everything else. `maxCost` limits what {@link compileCost} counts.
 *
 * What is refused before the flow (HTTP, syntax, validation, depth, aliases, cost) asks about nobody yet and is answered with
 * names of the schema at most: the server puts it on the log (`rejections.ts`).
 */
export function flowGateway(flow: Flow, schemas: SchemaSource, { maxCost }: { maxCost: number }): GatewayInterface {
  const costOf = createCostCache();
  return {
    onSchemaLoadOrUpdate(callback) {
      const announce = ({ apiSchema, supergraphSdl }: CurrentSchema) => callback({ apiSchema, coreSupergraphSdl: supergraphSdl });
      announce(schemas.schema);
      return schemas.onSchema(announce);
    },
    load: async () => ({ executor: (context) => answer(context, flow, { costOf, maxCost }) }),
    stop: async () => {},
  };
}

/** Costs by schema and operation: Apollo Server keeps the documents it has seen, and with them goes what is kept here. */
function createCostCache(): (costed: CostedOperation) => QueryCost {
  const schemas = new WeakMap<object, WeakMap<object, QueryCost>>();
  return (costed) => {
    const operations = schemas.get(costed.schema) ?? new WeakMap<object, QueryCost>();
    schemas.set(costed.schema, operations);
    const cost = operations.get(costed.operation) ?? compileCost(costed);
    operations.set(costed.operation, cost);
    return cost;
  };
}

async function answer(
  context: RequestContext,
  flow: Flow,
  { costOf, maxCost }: { costOf: (costed: CostedOperation) => QueryCost; maxCost: number },
): Promise<Result> {
  const exchange = (context.context as { exchange: Exchange }).exchange;
  const { document, operation, schema, request } = context;
  // Undefined when the document holds several operations and the request names none of them, whatever the type says;
  // and validation lets `mutation { __typename }` pass where there are no mutations.
  if (operation === undefined || schema.getRootType(operation.operation) == null) return documentFault(exchange);
  const { coerced: variables } = getVariableValues(schema, operation.variableDefinitions ?? [], request.variables ?? {}, {
    maxErrors: 1,
  });
  if (variables === undefined) return documentFault(exchange);
  if (costOf({ schema, document, operation })(variables) > maxCost)
    return refusal(new GatewayError('QUERY_TOO_COSTLY', { limit: 'cost', most: maxCost }), 400);
  exchange.reachedFlow = true;
  return toResult(
    await flow({
      id: exchange.requestId,
      receivedAt: exchange.receivedAt,
      header: exchange.header,
      clientAddress: exchange.clientAddress,
      extensions: request.extensions ?? {},
      schema,
      document,
      documentHash: context.queryHash,
      operationName: context.operationName,
      variables,
      signal: exchange.signal,
    }),
  );
}

function documentFault(exchange: Exchange): Result {
  exchange.documentFault = true;
  return refusal(new GatewayError('INPUT_INVALID'), 400);
}

function refusal(error: GatewayError, status: number): Result {
  return {
    errors: [new GraphQLError(error.message, { originalError: error, extensions: { http: { status, headers: new Map() } } })],
  };
}

function toResult({ data, errors, extensions, httpStatus, headers }: FlowResponse): Result {
  const http = { status: httpStatus, headers: new Map(Object.entries(headers)) };
  // Apollo Server takes status and headers from the errors; a release without errors is a plain 200.
  const asErrors = errors?.map(
    ({ message, path, extensions: own }, index) =>
      new GraphQLError(message, { ...(path && { path }), extensions: { ...own, ...(index === 0 && { http }) } }),
  );
  return { ...(data !== undefined && { data }), ...(asErrors && { errors: asErrors }), extensions: { ...extensions } };
}
