import type { CancelSignal } from './cancellation.ts';
import type { SubgraphRequest } from './compiled/run.ts';
import { isRecord } from '../../schema/is-record.ts';

/** One GraphQL request to a department, as the query plan made it. */
export type DepartmentRequest = SubgraphRequest;

/** What travels with a request besides it. */
export interface DepartmentCall {
  /** The signed context for this department. */
  contextToken: string;
  /** The id of the request it is for; of several that are joined, all, separated by commas. */
  requestId: string;
  /** Aborts when the attempt has timed out or the client has gone. */
  signal: CancelSignal;
}

/** A department's error without its text: messages may quote values and never go further than the transport. */
export interface DepartmentError {
  path?: readonly (string | number)[];
  code: string | null;
  /** Of the gateway's own subgraphs; whoever else says something besides the code says it to nobody. */
  details?: Readonly<Record<string, unknown>>;
}

/** What a department answered; raw, its texts as byte texts (`byte-text.ts`). */
export interface DepartmentAnswer {
  data: Record<string, unknown> | null;
  errors: readonly DepartmentError[];
}

/** The way to one department: in this process or over HTTP. */
export interface DepartmentTransport {
  /** Sends one request. Rejects with {@link TransportError} when no GraphQL answer came back. */
  send(request: DepartmentRequest, call: DepartmentCall): Promise<DepartmentAnswer>;
  /** Whether the department says it can answer; never rejects. */
  ready(signal: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * No usable GraphQL answer. `retryable` says whether a second attempt may fare better, `tooLong` that the department did
 * answer, with more than may be taken: the question's fault.
 */
export class TransportError extends Error {
  readonly retryable: boolean;
  readonly tooLong: boolean;
  constructor(message: string, retryable: boolean, options: { cause?: unknown; tooLong?: boolean } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'TransportError';
    this.retryable = retryable;
    this.tooLong = options.tooLong === true;
  }
}

/**
 * Reads a GraphQL response body, dropping messages and extensions other than the code and its details.
 * @throws {TransportError} when it does not have the form of one.
 */
export function readAnswer(body: unknown): DepartmentAnswer {
  if (!isRecord(body) || (body['data'] === undefined && body['errors'] === undefined)) throw malformed();
  const { data = null, errors = [] } = body;
  if (!(data === null || isRecord(data)) || !Array.isArray(errors)) throw malformed();
  return { data, errors: errors.map(readError) };
}

function readError(error: unknown): DepartmentError {
  if (!isRecord(error)) throw malformed();
  const { path, extensions } = error;
  const { code, details } = isRecord(extensions) ? extensions : {};
  return {
    ...(isPath(path) && { path }),
    code: typeof code === 'string' ? code : null,
    ...(isRecord(details) && { details }),
  };
}

function isPath(path: unknown): path is (string | number)[] {
  return Array.isArray(path) && path.every((step) => typeof step === 'string' || typeof step === 'number');
}

function malformed(): TransportError {
  return new TransportError('the answer is not a GraphQL response', false);
}
