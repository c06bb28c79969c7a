import { createHash } from 'node:crypto';
import { storableText } from '../../database/storable-text.ts';
import { canonicalJson } from '../../policies/canonical-json.ts';
import { type QueryLogEntry, UNKNOWN_ACTOR } from '../querylog/entry.ts';
import type { PositionedEntry } from '../querylog/read-entries.ts';

/** What there are too many of to be part of a kind. */
type Facet = 'SUBJECT' | 'OPERATOR' | 'MATTER' | 'AUTHORIZATION' | 'ORGANIZATION';

/** What many looks have in common, with the positions of the oldest and the newest look in question. */
export interface Kind {
  digest: string;
  actor: string;
  organization: string;
  department: string | null;
  purpose: string | null;
  decision: string;
  code: string | null;
  fields: readonly string[];
  departments: readonly string[];
  first: bigint;
  last: bigint;
}

/** A look as the read model keeps it. */
export interface Look {
  seq: bigint;
  /** Digest of its kind. */
  kind: string;
  at: string;
  /** The latest time of any entry up to this one. */
  latest: string;
  /** Keys of the names it mentions, see {@link nameKey}. */
  names: readonly string[];
  /** Key of its operator. */
  operator: string | null;
  /** How many looks the entry stands for, and how many subjects it names. */
  looks: number;
  subjects: number;
}

/** A name that looks mention, and how many of these do. */
export interface Name {
  facet: Facet;
  value: string;
  mentions: number;
}

/** Everything the read model learns from some entries. */
export interface Projection {
  kinds: ReadonlyMap<string, Kind>;
  names: ReadonlyMap<string, Name>;
  looks: readonly Look[];
  /** Null while there is no entry. */
  latest: string | null;
  latenessMs: number;
}

/** Projects entries in their order; `latest` and `latenessMs` are those of the entries before them. Pure. */
export function projectEntries(
  entries: readonly PositionedEntry[],
  before: { latest: string | null; latenessMs: number },
): Projection {
  const kinds = new Map<string, Kind>();
  const names = new Map<string, Name>();
  let { latest, latenessMs } = before;
  const looks = entries.map(({ index, entry }): Look => {
    const at = entry.time;
    if (latest === null || at > latest) latest = at;
    latenessMs = Math.max(latenessMs, Date.parse(latest) - Date.parse(at));
    const mentioned = namesOf(entry);
    for (const [facet, value] of mentioned) noteName(names, facet, value);
    const operator = mentioned.find(([facet]) => facet === 'OPERATOR');
    return {
      seq: index,
      kind: noteKind(kinds, entry, index),
      at,
      latest,
      names: mentioned.map(([facet, value]) => nameKey(facet, value)),
      operator: operator ? nameKey(...operator) : null,
      looks: entry.count ?? 1,
      subjects: mentioned.filter(([facet]) => facet === 'SUBJECT').length,
    };
  });
  return { kinds, names, looks, latest, latenessMs };
}

/** One text for facet and value, to find a name's number by. */
export function nameKey(facet: string, value: string): string {
  return `${facet} ${value}`;
}

function noteName(names: Map<string, Name>, facet: Facet, value: string): void {
  const key = nameKey(facet, value);
  const known = names.get(key);
  if (known) known.mentions += 1;
  else names.set(key, { facet, value, mentions: 1 });
}

function noteKind(kinds: Map<string, Kind>, entry: QueryLogEntry, index: bigint): string {
  const kind = kindOf(entry);
  const digest = createHash('sha256').update(canonicalJson(kind)).digest('base64url').slice(0, 22);
  const known = kinds.get(digest);
  if (known) known.last = index;
  else kinds.set(digest, { ...kind, digest, first: index, last: index });
  return digest;
}

function kindOf({ caller, purpose, decision, code, fields, departments }: QueryLogEntry) {
  return {
    actor: caller?.actor ?? UNKNOWN_ACTOR,
    organization: caller?.actor === 'SUBJECT' ? '' : storableText(caller?.organization ?? ''),
    department: caller?.department ?? null,
    purpose,
    decision,
    code,
    fields: [...new Set(fields.map(({ coordinate }) => coordinate))].sort(),
    departments: [...departments].sort(),
  };
}

function namesOf({ caller, matter, subjects, authorizations = [] }: QueryLogEntry): [Facet, string][] {
  const found: [Facet, string | null | undefined][] = [
    ['OPERATOR', caller?.operator],
    ['MATTER', matter],
    ['ORGANIZATION', caller?.actor === 'SUBJECT' ? caller.organization : null],
    ...[...new Set([...subjects.asked, ...subjects.returned])].map((id): [Facet, string] => ['SUBJECT', id]),
    ...[...new Set(authorizations)].map((id): [Facet, string] => ['AUTHORIZATION', id]),
  ];
  return found.flatMap(([facet, value]) => (value === null || value === undefined ? [] : [[facet, storableText(value)]]));
}
