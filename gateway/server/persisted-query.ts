import { createHash } from 'node:crypto';
import { GatewayError } from '../errors.ts';
import { isRecord } from '../../schema/is-record.ts';

/** Where registered documents are found by their SHA-256 (hex). */
export type PersistedDocuments = (hash: string) => string | undefined;

/**
 * The body with the document that its `extensions.persistedQuery` names (Apollo's convention: version 1, `sha256Hash`), for both doors
 * as if it had been sent in full. Only what was registered is found: nothing is ever kept because a client sent it.
 * @throws {GatewayError} PERSISTED_QUERY_NOT_FOUND, INPUT_INVALID (another version, no hash, or one that is not the document's).
 */
export function withPersistedQuery(body: unknown, documents: PersistedDocuments): unknown {
  if (!isRecord(body) || !isRecord(body['extensions']) || !('persistedQuery' in body['extensions'])) return body;
  const { persistedQuery, ...extensions } = body['extensions'];
  const hash = hashOf(persistedQuery);
  if (body['query'] !== undefined && body['query'] !== null) {
    const { query } = body;
    if (typeof query !== 'string' || createHash('sha256').update(query).digest('hex') !== hash) throw invalid();
    return { ...body, extensions };
  }
  const query = documents(hash);
  if (query === undefined) throw new GatewayError('PERSISTED_QUERY_NOT_FOUND');
  return { ...body, query, extensions };
}

function hashOf(persistedQuery: unknown): string {
  if (!isRecord(persistedQuery) || persistedQuery['version'] !== 1) throw invalid();
  const hash = persistedQuery['sha256Hash'];
  if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)) throw invalid();
  return hash;
}

function invalid(): GatewayError {
  return new GatewayError('INPUT_INVALID', { argument: 'extensions.persistedQuery' });
}
