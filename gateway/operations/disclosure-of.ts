import type { Edition } from '../editions/edition.ts';
import { createBoundedCache } from '../disclosure/bounded-cache.ts';
import { GatewayError } from '../errors.ts';
import { type Exposed, exposureOf } from './exposure.ts';
import { type Fingerprint, fingerprintDigest, fingerprintOf } from './fingerprint.ts';
import type { RegisteredOperation } from './operation.ts';
import { parseDocument } from './read-registration.ts';

/** The rules an operation is held against: a schema, and the policy over it. */
export type Rules = Pick<Edition, 'policy'> & { schema: Pick<Edition['schema'], 'apiSchema'> };

/** What an operation would disclose. */
export interface OperationDisclosure {
  fields: readonly Exposed[];
  fingerprint: Fingerprint;
  digest: string;
}

type Disclosing = Pick<RegisteredOperation, 'id' | 'document' | 'purpose' | 'actor' | 'organization' | 'department'>;

/** By schema, then by policy, day and operation: computed once. A few hundred bytes a field. */
const computed = new WeakMap<object, ReturnType<typeof createBoundedCache<OperationDisclosure | null>>>();
const MOST_KEPT = 500;

/**
 * What an operation would disclose to whoever registered it, under these rules on this city date; null when it cannot be run under
 * them at all: its document does not fit the schema any more, or its purpose is not in force.
 */
export function disclosureOf(
  operation: Disclosing,
  { policy, schema: { apiSchema } }: Rules,
  date: string,
): OperationDisclosure | null {
  const known = computed.get(apiSchema) ?? createBoundedCache<OperationDisclosure | null>(MOST_KEPT);
  computed.set(apiSchema, known);
  return known.remember(JSON.stringify([policy.hash, date, operation.id]), () => {
    const { purpose, actor, organization, department } = operation;
    try {
      const document = parseDocument(operation.document);
      const caller = { actor, organization, ...(department !== null && { department }) };
      const fields = exposureOf({ document, caller, purpose, policy, apiSchema, date });
      const fingerprint = fingerprintOf(fields, policy);
      return { fields, fingerprint, digest: fingerprintDigest(fingerprint) };
    } catch (error) {
      if (error instanceof GatewayError) return null;
      throw error;
    }
  });
}
