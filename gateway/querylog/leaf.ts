import type { QueryLogEntry } from './entry.ts';
import { leafHash } from './merkle.ts';

/** An entry as the log keeps it: canonical JSON (RFC 8785), and the hash over 0x00 and those bytes (RFC 6962, 2.1). */
export interface Leaf {
  canonical: string;
  hash: Uint8Array;
}

/** Every member there may be, so that none can be added to the entry and forgotten here. */
type Every<T> = { [Name in keyof Required<T>]: T[Name] | undefined };

/** Makes the leaf of an entry; the same entry makes the same leaf everywhere. */
export function leafOf(entry: QueryLogEntry): Leaf {
  const canonical = JSON.stringify(inOrder(entry));
  return { canonical, hash: leafHash(Buffer.from(canonical)) };
}

/**
 * The entry with the members of each object in the order of their names: what JSON.stringify writes of it is canonical, and a
 * third of the work of sorting them for each entry anew. Members that are undefined are left out.
 */
function inOrder({ caller, operation, subjects, ...entry }: QueryLogEntry): Every<QueryLogEntry> {
  return {
    authorizations: entry.authorizations,
    caller: caller && callerInOrder(caller),
    code: entry.code,
    count: entry.count,
    decision: entry.decision,
    departments: entry.departments,
    durationMs: entry.durationMs,
    fields: entry.fields.map(({ coordinate, count, treatment }) => ({ coordinate, count, treatment })),
    matter: entry.matter,
    operation: { hash: operation.hash, name: operation.name },
    policyHash: entry.policyHash,
    purpose: entry.purpose,
    requestId: entry.requestId,
    subjects: { asked: subjects.asked, returned: subjects.returned },
    time: entry.time,
    unavailable: entry.unavailable,
    version: entry.version,
  };
}

type Caller = NonNullable<QueryLogEntry['caller']>;

function callerInOrder({ actor, department, operator, organization, subject }: Caller): Caller {
  const all: Every<Caller> = { actor, department, operator, organization, subject };
  return all as Caller;
}
