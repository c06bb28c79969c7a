import { canonicalJson } from '../../policies/canonical-json.ts';
import type { QueryLogEntry } from '../querylog/entry.ts';
import type { FaultKind } from './fault.ts';
import type { Findings } from './findings.ts';

/** What must hold of the entries in their order. A rule may remember what it saw; it says which fault an entry is, if any. */
export type EntryRule = (entry: QueryLogEntry) => FaultKind | undefined;

/**
 * No entry is older than one before it by more than the tolerance, in milliseconds. Entries are dated before they are queued, by several
 * gateways with clocks of their own, and a gathered refusal (`refusal-log.ts`) up to a minute before.
 */
export function timeDoesNotRunBackwards(toleranceMs: number): EntryRule {
  let latest = Number.NEGATIVE_INFINITY;
  return ({ time }) => {
    const at = Date.parse(time);
    if (Number.isNaN(at)) return 'MALFORMED_ENTRY';
    if (at < latest - toleranceMs) return 'TIME_BACKWARDS';
    latest = Math.max(latest, at);
    return undefined;
  };
}

/** Every entry was decided by a policy version that is kept, so that the decision can be made again. */
export function policyIsKnown(hashes: ReadonlyMap<string, unknown>): EntryRule {
  return ({ policyHash }) => (hashes.has(policyHash) ? undefined : 'UNKNOWN_POLICY');
}

/** Holds entries, the first of them at index `first`, against the rules, and each against its canonical form (RFC 8785). */
export function checkEntries(
  first: bigint,
  entries: readonly Uint8Array[],
  rules: readonly EntryRule[],
  findings: Findings,
): void {
  let index = first;
  for (const bytes of entries) {
    const entry = parseEntry(bytes);
    const faults = entry === undefined ? (['MALFORMED_ENTRY'] as const) : rules.map((rule) => rule(entry));
    for (const kind of faults) if (kind !== undefined) findings.add(kind, `index ${index}`);
    index++;
  }
}

/** Whether what the rules read of an entry is what they take it for: compared with a number, a text that is none would break no rule. */
function isReadable({ time, authorizations, act }: Partial<QueryLogEntry>): boolean {
  const { limits } = act ?? {};
  return (
    isInstant(time) &&
    (authorizations === undefined || (Array.isArray(authorizations) && authorizations.every((id) => typeof id === 'string'))) &&
    (limits === undefined || (isInstant(limits.expiresAt) && Number.isSafeInteger(limits.maxUses)))
  );
}

function isInstant(text: unknown): boolean {
  return typeof text === 'string' && !Number.isNaN(Date.parse(text));
}

function parseEntry(bytes: Uint8Array): QueryLogEntry | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const entry = JSON.parse(text) as QueryLogEntry;
    return entry.version === 1 && isReadable(entry) && canonicalJson(entry) === text ? entry : undefined;
  } catch {
    // Not UTF-8, not JSON, or nothing JSON has a canonical form for.
    return undefined;
  }
}
