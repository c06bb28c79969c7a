import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerErrorCode } from '@apollo/server/errors';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLError } from 'graphql';
import { encodeAnswer } from './encode-answer.ts';
import type { Exchange } from './exchange.ts';
import { type FlowGatewayParts, flowGateway } from './flow-gateway.ts';
import { errorCodeOf, formatError } from './format-error.ts';
import { limitRules } from './limits.ts';
import type { Logger } from './logger.ts';
import type { ServerOptions } from './server-options.ts';

/** What Apollo Server is given for each request. */
export interface GraphQLContext {
  exchange: Exchange;
}
export type GraphQLServer = ApolloServer<GraphQLContext>;

/** Faults of the document itself, found before the flow. */
const DOCUMENT_FAULTS: ReadonlySet<unknown> = new Set([
  ApolloServerErrorCode.GRAPHQL_PARSE_FAILED,
  ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED,
  ApolloServerErrorCode.OPERATION_RESOLUTION_FAILURE,
]);

/**
 * Apollo Server for parsing, validation, limits and the GraphQL form of answers; the flow decides the rest, introspection
 * included. It calls nobody outside: no usage or schema reporting, no landing page from a CDN.
 */
export function createApollo(
  { config, logger }: Pick<ServerOptions, 'config' | 'logger'>,
  gateway: FlowGatewayParts,
): GraphQLServer {
  const { limits, environment } = config;
  return new ApolloServer<GraphQLContext>({
    gateway: flowGateway(gateway),
    nodeEnv: environment,
    introspection: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: environment === 'production',
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: limits.tokens },
    validationRules: limitRules(limits),
    // One wrong field may be used a thousand times; ten faults are enough to mend.
    validationOptions: { maxErrors: 10 },
    formatError,
    stringifyResult: (result) => encodeAnswer(result).toString(),
    logger: messagesOnly(logger),
    plugins: [
      observeErrors(logger),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
}

function observeErrors(logger: Logger): ApolloServerPlugin<GraphQLContext> {
  return {
    requestDidStart: async ({ contextValue: { exchange } }) => ({
      didResolveSource: async ({ queryHash }) => {
        exchange.documentHash = queryHash;
      },
      didEncounterErrors: async ({ errors }) => {
        exchange.documentFault ||= errors.every(isDocumentFault);
        for (const error of errors) {
          // The flow has reported its own; what has no code yet went wrong around it.
          if (error.extensions['code'] !== 'INTERNAL' && errorCodeOf(error) === 'INTERNAL') {
            logger.error({ err: error.originalError ?? error, requestId: exchange.requestId }, 'query failed');
          }
        }
      },
      willSendResponse: async ({ response: { http, body } }) => {
        // Apollo answers a persisted query it does not support with 200, as its own clients expect.
        if (http.status === 200 && body.kind === 'single' && body.singleResult.data === undefined) http.status = 400;
      },
    }),
  };
}

function isDocumentFault(error: GraphQLError): boolean {
  return DOCUMENT_FAULTS.has(error.extensions['code']) && errorCodeOf(error) === 'INPUT_INVALID';
}

/** Apollo's own messages may quote an error's text, and with it a value: only that something was said is kept. */
function messagesOnly(logger: Logger) {
  return {
    debug: () => {},
    info: () => {},
    warn: () => logger.warn('Apollo Server warned'),
    error: () => logger.error('Apollo Server reported an error'),
  };
}
