import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { CancelSignal } from './execution/cancellation.ts';

/** One operation as it reaches the flow: parsed and validated against the API schema, nothing decided yet. */
export interface QueryRequest {
  /** Request id, from `X-Request-Id` or made here; echoed in the answer and the log. */
  id: string;
  /** Milliseconds since the epoch. */
  receivedAt: number;
  /** One header's value, percent-decoding left to the reader; names in lower case. */
  header(name: string): string | undefined;
  /** Address of the client as the edge knows it, for the quotas of callers without an account; absent in-process. */
  clientAddress?: string;
  /** The request's GraphQL `extensions`. */
  extensions: Readonly<Record<string, unknown>>;
  /** The API schema that the document was validated against. */
  schema: GraphQLSchema;
  document: DocumentNode;
  /** SHA-256 (hex) of the document's text. */
  documentHash: string;
  operationName: string | null;
  variables: Readonly<Record<string, unknown>>;
  /** Aborts when the client goes away. */
  signal: CancelSignal;
}
