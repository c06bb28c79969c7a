import type { FastifyReply, FastifyRequest } from 'fastify';
import { createBoundedCache } from '../disclosure/bounded-cache.ts';
import type { SchemaSource } from '../editions/edition.ts';
import { GatewayError } from '../errors.ts';
import type { FlowResponse } from '../respond/respond.ts';
import type { AskFlow, RequestParameters } from './ask-flow.ts';
import { encodeAnswer } from './encode-answer.ts';
import type { Exchange } from './exchange.ts';
import { formatError } from './format-error.ts';
import type { KnownDocuments } from './known-documents.ts';
import { isRecord } from '../../schema/is-record.ts';

/** A shorter way to the flow for documents that Apollo Server has found valid before, from clients it has answered before. */
export interface SecondDoor {
  /** The answer's bytes; undefined for everything that is not plainly the same again: that is Apollo Server's. */
  answer(request: FastifyRequest, reply: FastifyReply, exchange: Exchange): Promise<Buffer> | undefined;
  /** Takes note of the media type that Apollo Server chose for what the client accepts. */
  noteMediaType(accept: string | undefined, mediaType: string): void;
}

/** Clients send a few dozen `Accept` headers at most; anybody may send others. */
const KEPT_ACCEPTS = 200;

/** Opens it. Measured, with everything on: see `bench/RESULTS.md`, "a second door gains". */
export function openSecondDoor(parts: { ask: AskFlow; schemas: SchemaSource; documents: KnownDocuments }): SecondDoor {
  const { ask, schemas, documents } = parts;
  const mediaTypes = createBoundedCache<string>(KEPT_ACCEPTS);
  return {
    answer({ headers, body }, reply, exchange) {
      const mediaType = mediaTypes.find(headers.accept ?? '');
      if (mediaType === undefined || !isPlain(body)) return undefined;
      const valid = documents.find(body.query, schemas.schema.apiSchema);
      if (valid === undefined) return undefined;
      const answered = ask(valid, body, exchange);
      if (answered instanceof GatewayError) return undefined;
      exchange.documentHash = valid.hash;
      return answered.then((answer) => write(answer, reply.type(mediaType)));
    },
    noteMediaType: (accept = '', mediaType) => void mediaTypes.remember(accept, () => mediaType),
  };
}

/** A body in which every member is of its type. */
function isPlain(body: unknown): body is { query: string } & RequestParameters {
  if (!isRecord(body)) return false;
  const { query, operationName, variables, extensions } = body;
  return (
    typeof query === 'string' &&
    (operationName == null || typeof operationName === 'string') &&
    (variables == null || isRecord(variables)) &&
    (extensions == null || isRecord(extensions))
  );
}

function write({ errors, data, extensions, httpStatus, headers }: FlowResponse, reply: FastifyReply): Buffer {
  reply.code(httpStatus).headers(headers);
  // Like Apollo Server's: whatever an error says, only what its code says leaves.
  return encodeAnswer({ errors: errors?.map((error) => formatError(error, error)), data, extensions });
}
