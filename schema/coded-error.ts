/** Safe additions to a code: coordinates, rule ids, names of arguments and departments, limits. */
export type ErrorDetails = Readonly<Record<string, string | number | readonly string[]>>;

/**
 * A refusal whose code and text come from the gateway's closed table. The gateway's own subgraphs let it pass as it is;
 * from a department it would be a fault like any other.
 */
export abstract class CodedError extends Error {
  abstract readonly code: string;
  /** What may be said besides: names and limits, never a value of a record or an argument. */
  abstract readonly details: ErrorDetails;
}
