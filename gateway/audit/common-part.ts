import { createHash, hash } from 'node:crypto';
import { storableText } from '../../database/storable-text.ts';
import { canonicalJson } from '../../policies/canonical-json.ts';
import { createBoundedCache } from '../disclosure/bounded-cache.ts';
import { oncePer } from '../once-per.ts';
import { type QueryLogEntry, UNKNOWN_ACTOR } from '../querylog/entry.ts';

/** What many looks have in common: the read model keeps it once. */
export interface CommonPart {
  /** Of all the others. */
  digest: string;
  actor: string;
  organization: string;
  department: string | null;
  purpose: string | null;
  decision: string;
  code: string | null;
  /** Coordinates, each once; like the departments in alphabetical order. */
  fields: readonly string[];
  departments: readonly string[];
}

/** A city's applications make some hundreds of them; of fifty fields each takes about 5 KB. */
const KEPT = 1_000;
const known = createBoundedCache<CommonPart>(KEPT);

/** The common part of an entry; of two entries alike it is the same object, as long as it is remembered. */
export function commonPart(entry: QueryLogEntry): CommonPart {
  return known.remember(keyOf(entry), () => make(entry));
}

/** All that {@link make} reads, at a fraction of the price of making it. Coordinates are names with a dot and hold no line break. */
function keyOf({ caller, purpose, decision, code, fields, departments }: QueryLogEntry): string {
  const organization = caller && organizationOf(caller);
  return JSON.stringify([
    caller?.actor,
    organization,
    caller?.department,
    purpose,
    decision,
    code,
    departments,
    coordinatesDigest(fields),
  ]);
}

/** Many entries share the list. */
const coordinatesDigest = oncePer((fields: QueryLogEntry['fields']): string =>
  hash('sha256', fields.map(({ coordinate }) => coordinate).join('\n'), 'base64url'),
);

/** None for a caller that is a subject: there are as many of them as the city has people. */
function organizationOf({ actor, organization }: NonNullable<QueryLogEntry['caller']>): string {
  return actor === 'SUBJECT' ? '' : organization;
}

function make({ caller, purpose, decision, code, fields, departments }: QueryLogEntry): CommonPart {
  const common = {
    actor: caller?.actor ?? UNKNOWN_ACTOR,
    organization: caller === null ? '' : storableText(organizationOf(caller)),
    department: caller?.department ?? null,
    purpose,
    decision,
    code,
    fields: [...new Set(fields.map(({ coordinate }) => coordinate))].sort(),
    departments: [...departments].sort(),
  };
  const digest = createHash('sha256').update(canonicalJson(common)).digest('base64url').slice(0, 22);
  return { digest, ...common };
}
