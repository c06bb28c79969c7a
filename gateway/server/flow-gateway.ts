import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { GatewayError } from '../errors.ts';
import type { CurrentSchema, SchemaSource } from '../editions/edition.ts';
import type { FlowResponse } from '../respond/respond.ts';
import type { AskFlow } from './ask-flow.ts';
import type { Exchange } from './exchange.ts';
import type { KnownDocuments } from './known-documents.ts';

/** What Apollo Server calls a gateway. */
export type GatewayInterface = NonNullable<ApolloServerOptionsWithGateway<{ exchange: Exchange }>['gateway']>;
type Executor = NonNullable<Awaited<ReturnType<GatewayInterface['load']>>['executor']>;
type RequestContext = Parameters<Executor>[0];
type Result = Awaited<ReturnType<Executor>>;

/** Where Apollo Server's requests go. */
export interface FlowGatewayParts {
  ask: AskFlow;
  schemas: SchemaSource;
  /** Told of every document that was found valid. */
  documents: KnownDocuments;
}

/**
 * The flow in Apollo Server's place for a gateway: Apollo parses and validates against the API schema, the flow decides
 * and answers everything else.
 *
 * What is refused before the flow (HTTP, syntax, validation, depth, aliases, cost) asks about nobody yet and is answered with
 * names of the schema at most: the server puts it on the log (`rejections.ts`).
 */
export function flowGateway({ ask, schemas, documents }: FlowGatewayParts): GatewayInterface {
  return {
    onSchemaLoadOrUpdate(callback) {
      const announce = ({ apiSchema, supergraphSdl }: CurrentSchema) => callback({ apiSchema, coreSupergraphSdl: supergraphSdl });
      announce(schemas.schema);
      return schemas.onSchema(announce);
    },
    load: async () => ({ executor: (context) => answer(context, ask, documents) }),
    stop: async () => {},
  };
}

async function answer(context: RequestContext, ask: AskFlow, documents: KnownDocuments): Promise<Result> {
  const exchange = (context.context as { exchange: Exchange }).exchange;
  const { document, schema, source, queryHash: hash, request } = context;
  documents.remember(source, { schema, document, hash });
  const answered = ask({ schema, document, hash }, request, exchange);
  if (answered instanceof GatewayError) {
    exchange.documentFault ||= answered.code === 'INPUT_INVALID';
    return refusal(answered, 400);
  }
  const response = await answered;
  exchange.headers = response.headers;
  return toResult(response);
}

function refusal(error: GatewayError, status: number): Result {
  return {
    errors: [new GraphQLError(error.message, { originalError: error, extensions: { http: { status, headers: new Map() } } })],
  };
}

function toResult({ data, errors, extensions, httpStatus }: FlowResponse): Result {
  const http = { status: httpStatus, headers: new Map() };
  // Apollo Server takes the status from the errors; a release without errors is a plain 200.
  const asErrors = errors?.map(
    ({ message, path, extensions: own }, index) =>
      new GraphQLError(message, { ...(path && { path }), extensions: { ...own, ...(index === 0 && { http }) } }),
  );
  return { ...(data !== undefined && { data }), ...(asErrors && { errors: asErrors }), extensions: { ...extensions } };
}
