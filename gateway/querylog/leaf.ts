import { oncePer } from '../once-per.ts';
import type { Act } from './act.ts';
import type { QueryLogEntry, SealedReferences } from './entry.ts';
import { LEAF_PREFIX } from './merkle.ts';
import { takeRoom } from './slab.ts';
import { SUITE } from './suite.ts';

/** An entry as the log keeps it: canonical JSON (RFC 8785) in UTF-8, and the hash over 0x00 and those bytes (RFC 6962, 2.1). */
export interface Leaf {
  canonical: Buffer;
  hash: Uint8Array;
}

/** Every member there may be, so that none can be added to the entry and forgotten here. */
type Every<T> = { [Name in keyof Required<T>]: T[Name] | undefined };

/** Where the fields go. Nowhere else can there be these very characters: inside of a text, quotation marks are escaped. */
const NO_FIELDS = '"fields":[]';

/** Makes the leaf of an entry; the same entry makes the same leaf everywhere. */
export function leafOf(entry: QueryLogEntry): Leaf {
  const text = JSON.stringify(inOrder(entry));
  const at = text.indexOf(NO_FIELDS);
  const [before, behind] = [text.slice(0, at), text.slice(at + NO_FIELDS.length)];
  const fields = fieldsOf(entry.fields);
  // With the byte that a leaf is hashed behind: nothing is written twice.
  const leaf = takeRoom(1 + Buffer.byteLength(text) - NO_FIELDS.length + fields.length);
  let end = leaf.writeUInt8(LEAF_PREFIX);
  end += leaf.write(before, end);
  end += fields.copy(leaf, end);
  leaf.write(behind, end);
  return { canonical: leaf.subarray(1), hash: SUITE.hash(leaf) };
}

/**
 * The member in UTF-8: most of an entry, which is neither written nor encoded again for the next. Answers of one operation that have as
 * many values of each field share the list.
 */
const fieldsOf = oncePer((fields: QueryLogEntry['fields']): Buffer => {
  const inOrder = fields.map(({ coordinate, count, treatment }) => ({ coordinate, count, treatment }));
  return Buffer.from(`"fields":${JSON.stringify(inOrder)}`);
});

/**
 * The entry, its fields left out, with the members of each object in the order of their names: what JSON.stringify writes of it is canonical, and a
 * third of the work of sorting them for each entry anew. Members that are undefined are left out.
 */
function inOrder({ caller, operation, subjects, ...entry }: QueryLogEntry): Every<QueryLogEntry> {
  return {
    act: entry.act && actInOrder(entry.act),
    authorizations: entry.authorizations,
    caller: caller && callerInOrder(caller),
    code: entry.code,
    count: entry.count,
    decision: entry.decision,
    departments: entry.departments,
    durationMs: entry.durationMs,
    fields: [],
    matter: entry.matter,
    operation: { hash: operation.hash, name: operation.name },
    policyHash: entry.policyHash,
    purpose: entry.purpose,
    requestId: entry.requestId,
    sealed: entry.sealed && sealedInOrder(entry.sealed),
    subjects: { asked: subjects.asked, returned: subjects.returned },
    time: entry.time,
    unavailable: entry.unavailable,
    version: entry.version,
  };
}

function actInOrder({ digest, kind, limits, object }: Act): Act {
  const inner = limits && { expiresAt: limits.expiresAt, maxUses: limits.maxUses };
  const all: Every<Act> = { digest, kind, limits: inner, object };
  return all as Act;
}

function sealedInOrder({ matter, operator, subjects }: SealedReferences): SealedReferences {
  const all: Every<SealedReferences> = { matter, operator, subjects };
  return all as SealedReferences;
}

type Caller = NonNullable<QueryLogEntry['caller']>;

function callerInOrder({ actor, department, operator, organization, subject }: Caller): Caller {
  const all: Every<Caller> = { actor, department, operator, organization, subject };
  return all as Caller;
}
