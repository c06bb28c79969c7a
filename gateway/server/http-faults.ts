import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';
import { codeOf, type ErrorCode, GatewayError } from '../errors.ts';
import type { RejectedRequest } from '../record-rejection.ts';
import { type FlowResponse, respondRefusal } from '../respond/respond.ts';
import { singleHeader } from './exchange.ts';
import { onRecord } from './rejections.ts';
import type { ServerOptions } from './server-options.ts';

/** Where queries are asked. */
export const GRAPHQL = '/graphql';

interface Fault {
  code: ErrorCode;
  status: number;
  reason?: string;
}

/** A request of which nothing is done, because its client would take no answer of ours. */
export class NotAcceptable extends Error {
  readonly code = 'NOT_ACCEPTABLE';
}

/** What Fastify refuses before a handler runs, and we like it, by its code: ours, and the HTTP status that says more than ours does. */
const FAULTS: ReadonlyMap<string, Fault> = new Map([
  [
    'NOT_ACCEPTABLE',
    { code: 'INPUT_INVALID', status: 406, reason: 'Accept application/json or application/graphql-response+json.' },
  ],
  ['FST_ERR_CTP_BODY_TOO_LARGE', { code: 'QUERY_TOO_COSTLY', status: 413 }],
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', { code: 'INPUT_INVALID', status: 415, reason: 'Send the query as application/json.' }],
  ['FST_ERR_CTP_INVALID_JSON_BODY', { code: 'INPUT_INVALID', status: 400, reason: 'The body is not JSON.' }],
  ['FST_ERR_CTP_EMPTY_JSON_BODY', { code: 'INPUT_INVALID', status: 400, reason: 'The body is empty.' }],
  [
    'FST_ERR_CTP_INVALID_CONTENT_LENGTH',
    { code: 'INPUT_INVALID', status: 400, reason: 'The body has another length than announced.' },
  ],
  ['FST_ERR_BAD_URL', { code: 'INPUT_INVALID', status: 400, reason: 'The address is malformed.' }],
]);

/** Where faults are told of: all are counted, those of our own are logged, those of requests for GraphQL are on the query log. */
type Reports = Pick<ServerOptions, 'logger' | 'metrics' | 'recordRejection' | 'clock'>;

/** Makes everything that is not an answer of the flow leave as a code of the closed table, in JSON, and nothing else. */
export function answerFaults(server: FastifyInstance, reports: Reports): void {
  const reason = 'The gateway answers POST /graphql.';
  server.setNotFoundHandler((request, reply) => refuse(request, reply, { code: 'INPUT_INVALID', status: 404, reason }, reports));
  server.setErrorHandler((error, request, reply) => answerFault(error, request, reply, reports));
}

/** Answers an error that Fastify caught. */
export function answerFault(error: unknown, request: FastifyRequest, reply: FastifyReply, reports: Reports) {
  const { code, statusCode } =
    typeof error === 'object' && error !== null ? (error as { code?: unknown; statusCode?: unknown }) : {};
  const fault = typeof code === 'string' ? FAULTS.get(code) : undefined;
  if (fault !== undefined) return refuse(request, reply, fault, reports);
  if (codeOf(error) !== 'INTERNAL') return send(request, reply, respondRefusal(error, null, request.id), reports);
  // The parser refuses some bodies (`__proto__`) with a status and no code of its own.
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
    return refuse(request, reply, { code: 'INPUT_INVALID', status: statusCode }, reports);
  reports.logger.error({ err: error, requestId: request.id }, 'request failed');
  return send(request, reply, respondRefusal(error, null, request.id), reports);
}

/** Refuses another method than the address has, naming the one it has. */
export function methodNotAllowed(allow: string, reports: Reports) {
  return (request: FastifyRequest, reply: FastifyReply) =>
    refuse(request, reply.header('allow', allow), { code: 'INPUT_INVALID', status: 405, reason: `Use ${allow}.` }, reports);
}

/** Answers what is not even HTTP, or has headers too large, and closes the connection. */
export function answerMalformed(error: NodeJS.ErrnoException, socket: Socket, { metrics }: Reports): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  metrics.countRejected('INPUT_INVALID');
  const status = MALFORMED.get(error.code ?? '') ?? '400 Bad Request';
  const { errors, extensions } = respondRefusal(new GatewayError('INPUT_INVALID'), null, '');
  const body = JSON.stringify({ errors, extensions });
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

const MALFORMED: ReadonlyMap<string, string> = new Map([
  ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout'],
]);

function refuse(request: FastifyRequest, reply: FastifyReply, { code, status, reason }: Fault, reports: Reports) {
  const refusal = respondRefusal(new GatewayError(code, reason === undefined ? {} : { reason }), null, request.id);
  return send(request, reply, { ...refusal, httpStatus: status }, reports);
}

async function send(request: FastifyRequest, reply: FastifyReply, answer: FlowResponse, reports: Reports) {
  const { httpStatus, headers, errors, extensions } = await accounted(request, reply, answer, reports);
  return reply.code(httpStatus).headers(headers).type('application/json; charset=utf-8').send({ errors, extensions });
}

/** Whoever asks elsewhere than for GraphQL asks for nobody's data: that is counted only. */
async function accounted(request: FastifyRequest, reply: FastifyReply, answer: FlowResponse, reports: Reports) {
  if (request.routeOptions?.url === GRAPHQL) return onRecord(rejectedRequest(request, reply, reports), answer, reports);
  reports.metrics.countRejected(answer.errors?.[0]?.extensions.code ?? 'INTERNAL');
  return answer;
}

function rejectedRequest(request: FastifyRequest, reply: FastifyReply, { clock }: Reports): RejectedRequest {
  const { id, ip, headers } = request;
  const header = (name: string) => singleHeader(headers[name]);
  return { id, receivedAt: clock() - reply.elapsedTime, header, clientAddress: ip, documentHash: null };
}
