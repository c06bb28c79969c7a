import { type DocumentNode, getOperationAST, type GraphQLSchema } from 'graphql';
import { coerceVariables } from '../coerce-variables.ts';
import { GatewayError } from '../errors.ts';
import { oncePerOperation } from '../once-per-operation.ts';
import type { QueryRequest } from '../request.ts';
import type { FlowResponse } from '../respond/respond.ts';
import type { Exchange } from './exchange.ts';
import { compileCost } from './query-cost.ts';

/** The flow as the server calls it; it answers refusals too and never rejects. */
export type Flow = (request: QueryRequest) => Promise<FlowResponse>;

/** A document that was parsed, and validated against the schema. */
export interface ValidDocument {
  schema: GraphQLSchema;
  document: DocumentNode;
  /** SHA-256 (hex) of its text. */
  hash: string;
}

/** What a request says beside its document. */
export interface RequestParameters {
  operationName?: string | null | undefined;
  variables?: Readonly<Record<string, unknown>> | null | undefined;
  extensions?: Readonly<Record<string, unknown>> | null | undefined;
}

/**
 * Asks the flow about a valid document. What only a request's parameters can make wrong is answered without asking it:
 * INPUT_INVALID (no such operation, variables of another type) or QUERY_TOO_COSTLY.
 */
export type AskFlow = (
  valid: ValidDocument,
  parameters: RequestParameters,
  exchange: Exchange,
) => Promise<FlowResponse> | GatewayError;

/** Makes the way to the flow that both doors of the server take; `maxCost` limits what {@link compileCost} counts. */
export function createAskFlow(flow: Flow, { maxCost }: { maxCost: number }): AskFlow {
  const costOf = oncePerOperation(compileCost);
  return ({ schema, document, hash }, { operationName, variables: given, extensions }, exchange) => {
    const operation = getOperationAST(document, operationName);
    // Null when the document holds several operations and the request names none of them; and validation lets
    // `mutation { __typename }` pass where there are no mutations.
    if (operation == null || schema.getRootType(operation.operation) == null) return new GatewayError('INPUT_INVALID');
    const { coerced: variables } = coerceVariables(schema, operation, given ?? {});
    if (variables === undefined) return new GatewayError('INPUT_INVALID');
    if (costOf({ schema, document, operation })(variables) > maxCost)
      return new GatewayError('QUERY_TOO_COSTLY', { limit: 'cost', most: maxCost });
    exchange.reachedFlow = true;
    return flow({
      id: exchange.requestId,
      receivedAt: exchange.receivedAt,
      header: exchange.header,
      clientAddress: exchange.clientAddress,
      extensions: extensions ?? {},
      schema,
      document,
      documentHash: hash,
      operationName: operation.name?.value ?? null,
      variables,
      signal: exchange.signal,
    });
  };
}
