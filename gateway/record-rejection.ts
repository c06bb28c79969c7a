import type { PolicySet } from '../policies/policy-set.ts';
import type { ErrorCode } from './errors.ts';
import type { Gateway } from './flow.ts';
import type { Caller } from './identity/caller.ts';
import type { Receipt } from './querylog/entry.ts';
import type { QueryRequest } from './request.ts';

/** What is known of a request for GraphQL that never became a query. */
export interface RejectedRequest extends Pick<QueryRequest, 'id' | 'receivedAt' | 'header' | 'clientAddress'> {
  /** SHA-256 (hex) of the document's text, if there was one. */
  documentHash: string | null;
}

/**
 * Puts on the log that a request was refused before the flow: its code, its caller as far as the token proves one, never
 * its text. Resolves with the receipt, or with null when a later entry will count it; rejects with LOG_UNAVAILABLE.
 */
export type RecordRejection = (request: RejectedRequest, code: ErrorCode) => Promise<Receipt | null>;

/** The record of what the flow never saw, kept by the flow's own stages. */
export function createRecordRejection(gateway: Pick<Gateway, 'editions' | 'authenticate' | 'refusalLog'>): RecordRejection {
  return async (request, code) => {
    const { policy } = gateway.editions.current();
    const caller = await callerOf(request, code, { gateway, policy });
    const { id, receivedAt, documentHash } = request;
    const look = { request: { id, receivedAt, documentHash, operationName: null }, policy, ...(caller && { caller }) };
    return gateway.refusalLog.appendRejection(look, code);
  };
}

async function callerOf(
  request: RejectedRequest,
  code: ErrorCode,
  { gateway, policy }: { gateway: Pick<Gateway, 'authenticate'>; policy: PolicySet },
): Promise<Caller | undefined> {
  // A gateway at capacity must not spend itself on the signatures of those it turns away.
  if (code === 'OVERLOADED') return undefined;
  // The request is refused for what it is, whoever sent it: a bad token leaves it without a caller and does not change the code.
  return gateway.authenticate(request, policy).catch(() => undefined);
}
