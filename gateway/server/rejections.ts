import type { RejectedRequest } from '../record-rejection.ts';
import { type FlowResponse, respondRefusal } from '../respond/respond.ts';
import type { ServerOptions } from './server-options.ts';

/** Where what is refused before the flow is told of. */
export type RejectionReports = Pick<ServerOptions, 'recordRejection' | 'metrics'>;

/**
 * Counts a request for GraphQL that was refused before the flow and puts it on the log. Resolves with its answer and
 * the receipt in it (null when a later entry counts it), or with LOG_UNAVAILABLE's when it could not be recorded.
 */
export async function onRecord(
  request: RejectedRequest,
  answer: FlowResponse,
  { recordRejection, metrics }: RejectionReports,
): Promise<FlowResponse> {
  const code = answer.errors?.[0]?.extensions.code ?? 'INTERNAL';
  metrics.countRejected(code);
  try {
    const receipt = await recordRejection(request, code);
    return { ...answer, extensions: { disclosure: { receipt } } };
  } catch (logError) {
    return respondRefusal(logError, null, request.id);
  }
}
