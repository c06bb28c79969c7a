/**
 * A refusal whose code and text come from the gateway's closed table. The gateway's own subgraphs let it pass as it is;
 * from a department it would be a fault like any other.
 */
export abstract class CodedError extends Error {
  abstract readonly code: string;
}
