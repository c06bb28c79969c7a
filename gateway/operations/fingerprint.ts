import { createHash } from 'node:crypto';
import { canonicalJson } from '../../policies/canonical-json.ts';
import type { MaskShape } from '../../policies/policy-source.ts';
import type { PolicySet } from '../../policies/policy-set.ts';
import type { Treatment } from '../../policies/treatment.ts';
import { COLUMNS, type Column, type Exposed } from './exposure.ts';

/** How much is told of one coordinate in one column. */
export interface Told {
  /** What is told: type, class and category. Of something else no amount can be compared. */
  about: string;
  treatment: Exclude<Treatment, 'WITHHOLD'>;
  /** By what mask; or, of a question, in what bands it may be asked. */
  shape?: MaskShape;
}

/**
 * What an approval covers: by coordinate and column what is told, where anything is. Names of rules and legal bases are not in
 * it: they may change without anybody seeing more.
 */
export type Fingerprint = Readonly<Record<string, Told>>;

/** The fingerprint of an exposure under the policy it was computed by. */
export function fingerprintOf(exposed: readonly Exposed[], policy: PolicySet): Fingerprint {
  const told = exposed.flatMap((one) =>
    COLUMNS.flatMap((column) => {
      const tells = toldBy(one, column, policy);
      return tells === undefined ? [] : [[`${one.coordinate} ${column}`, tells] as const];
    }),
  );
  return Object.fromEntries(told);
}

/** SHA-256 (hex) of a fingerprint, to name exactly what was seen. */
export function fingerprintDigest(fingerprint: Fingerprint): string {
  return createHash('sha256').update(canonicalJson(fingerprint)).digest('hex');
}

/** Coordinates of which `now` tells more than `approved`, or something else; empty = it may go on. */
export function widened(now: Fingerprint, approved: Fingerprint): string[] {
  const wider = Object.entries(now).filter(([place, told]) => {
    const before = Object.hasOwn(approved, place) ? approved[place] : undefined;
    return before === undefined || !isAtMost(told, before);
  });
  return [...new Set(wider.map(([place]) => place.slice(0, place.lastIndexOf(' '))))];
}

function toldBy(exposed: Exposed, column: Column, { catalogue, masks, source }: PolicySet): Told | undefined {
  const { treatment, mask } = exposed[column];
  const entry = catalogue.get(exposed.coordinate);
  if (treatment === 'WITHHOLD' || entry === undefined) return undefined;
  const sensitivity = column === 'organization' || column === 'authorizedOrganization' ? entry.as : entry.ofPerson;
  const about = `${entry.typeName} ${sensitivity} ${entry.category}`;
  if (entry.kind === 'field') {
    const shape = masks.get(mask ?? '')?.shape;
    return { about, treatment, ...(shape && { shape }) };
  }
  // An argument may be used or not; with anything short of revealing the operation is refused.
  if (treatment !== 'REVEAL') return undefined;
  const asked = source.thresholds.get(exposed.coordinate);
  const bands = asked === undefined ? undefined : masks.get(catalogue.get(asked)?.mask ?? '')?.shape;
  return bands === undefined ? { about, treatment } : { about, treatment: 'GENERALIZE', shape: bands };
}

/** A partial order: what does not compare (another mask, a pseudonym for a mask) is not at most. */
function isAtMost(one: Told, other: Told): boolean {
  if (one.about !== other.about) return false;
  if (other.treatment === 'REVEAL') return true;
  return one.treatment === other.treatment && isCoarser(one.shape, other.shape);
}

function isCoarser(one: MaskShape | undefined, other: MaskShape | undefined): boolean {
  if (one?.kind === 'bands' && other?.kind === 'bands') return one.bounds.every((bound) => other.bounds.includes(bound));
  if (one?.kind === 'precision' && other?.kind === 'precision') return one.to === other.to || one.to === 'year';
  return canonicalJson(one ?? null) === canonicalJson(other ?? null);
}
