import { createHash } from 'node:crypto';
import type { Catalogue, CatalogueEntry } from '../schema/classification.ts';
import { ACTORS } from '../schema/signed-context.ts';
import type { Actor } from '../schema/signed-context.ts';
import type { AuthorizationTemplate } from './authorization-template.ts';
import { canonicalJson } from './canonical-json.ts';
import { DEFAULT_CELL, evaluateCell } from './evaluate-cell.ts';
import type { Limits, MaskSpec, PolicySource, PurposeSource, Requirements } from './policy-source.ts';
import type { Cell, CellKey } from './treatment.ts';

/** A purpose as the stages of the flow see it. */
export interface PurposeRules {
  code: string;
  /** 名称. */
  name: string;
  basis: readonly string[];
  /** City dates, both inclusive. */
  effective: { from: string; to?: string };
  actors: readonly Actor[];
  requires: Requirements;
  limits: Limits;
  /** Departments that must answer: the owners of `requires.categories`. */
  requiredDepartments: readonly string[];
  /** Whether an authorization of the subject discloses more. */
  authorizes: boolean;
}

/** One version of all policies, compiled against one schema; immutable. */
export interface PolicySet {
  /** SHA-256 (hex) over the canonical content: the same for any order of files and rules. */
  readonly hash: string;
  /** The version the policy files name, for people. */
  readonly version: string;
  readonly masks: ReadonlyMap<string, MaskSpec>;
  /** All purposes in all their periods of force, by code and start. */
  readonly purposes: readonly PurposeRules[];
  /** The purpose of this code in force on a city date (`YYYY-MM-DD`). */
  purpose(code: string, date: string): PurposeRules | undefined;
  /** The authorization template of this id in force on a city date. */
  template(id: string, date: string): AuthorizationTemplate | undefined;
  /**
   * The decision for one cell. With a date, the purpose's rules in force that day; without, its latest.
   * WITHHOLD by rule `default` for everything nothing names, unknown purposes and coordinates included.
   */
  decide(key: CellKey, date?: string): Cell;
  /** What it was compiled from, to explain, compare and keep it. */
  readonly source: PolicySource;
  readonly catalogue: Catalogue;
}

/**
 * Compiles policies into one flat table: a decision is four look-ups. A cell is worked out when it is first asked for, as a gateway that reloads its policies has queries waiting, and most cells are never asked for.
 * The source must have passed `validatePolicies` against the same catalogue.
 */
export function compilePolicies(source: PolicySource, catalogue: Catalogue): PolicySet {
  const entries = [...catalogue.values()];
  const ordered = [...source.purposes].sort((a, b) => compare(a.code, b.code) || compare(a.effective.from, b.effective.from));
  const purposes = ordered.map((purpose) => rulesOf(purpose, catalogue));
  const bases = ordered.map((_, index) => index * CELLS_PER_COORDINATE * entries.length);
  const coordinates = new Map(entries.map((entry, index) => [entry.coordinate, index * CELLS_PER_COORDINATE]));
  /** The cells that somebody has asked for, by slot; equal ones of one purpose are one. */
  const decided = new Map<number, Cell>();
  const distinct = new Map<string, Cell>();

  // Almost every decision is for the day of the one before: which period of each purpose is in force is found once a day.
  let day: string | undefined;
  let inForce = purposesOn(purposes, day);
  function indexOn(code: string, date: string | undefined): number | undefined {
    if (date !== day) {
      day = date;
      inForce = purposesOn(purposes, day);
    }
    return inForce.get(code);
  }

  return Object.freeze<PolicySet>({
    hash: policyHash(source, catalogue),
    version: source.version,
    masks: source.masks,
    purposes,
    source,
    catalogue,
    purpose(code, date) {
      const index = indexOn(code, date);
      return index === undefined ? undefined : purposes[index];
    },
    template: (id, date) => source.templates.find((template) => template.id === id && isInForce(template.effective, date)),
    decide(key, date) {
      const index = indexOn(key.purpose, date);
      const coordinate = coordinates.get(key.coordinate);
      const actor = ACTOR_OFFSETS.get(key.actor);
      if (index === undefined || coordinate === undefined || actor === undefined) return DEFAULT_CELL;
      const slot = (bases[index] ?? 0) + coordinate + actor + (key.authorized ? 4 : 0) + (key.own ? 2 : 0) + (key.person ? 1 : 0);
      const known = decided.get(slot);
      if (known !== undefined) return known;
      const [purpose, entry] = [ordered[index], catalogue.get(key.coordinate)];
      if (purpose === undefined || entry === undefined) return DEFAULT_CELL;
      const { cell } = evaluateCell({ ...key, purpose, entry }, { source, catalogue });
      const name = `${index} ${cell.rule} ${cell.treatment} ${cell.mask}`;
      const shared = distinct.get(name) ?? Object.freeze(cell);
      distinct.set(name, shared);
      decided.set(slot, shared);
      return shared;
    },
  });
}

/** Columns of an actor in the table: authorized or not, own or not, a person's or not. */
const COLUMNS = 8;
const CELLS_PER_COORDINATE = ACTORS.length * COLUMNS;
const ACTOR_OFFSETS: ReadonlyMap<string, number> = new Map(ACTORS.map((actor, index) => [actor, index * COLUMNS]));

/** Index of the purpose in force on the day, by code; without a day the latest. */
function purposesOn(purposes: readonly PurposeRules[], date: string | undefined): Map<string, number> {
  const found = new Map<string, number>();
  purposes.forEach(({ code, effective }, index) => {
    if (date === undefined || isInForce(effective, date)) found.set(code, index);
  });
  return found;
}

function isInForce({ from, to }: { from: string; to?: string | undefined }, date: string): boolean {
  return from <= date && (to === undefined || date <= to);
}

function rulesOf(purpose: PurposeSource, catalogue: Catalogue): PurposeRules {
  const { code, name, basis, effective, actors, requires, limits, authorized } = purpose;
  const requiredDepartments = [...new Set([...catalogue.values()].flatMap((entry) => required(entry, requires)))].sort();
  return Object.freeze({
    code,
    name,
    basis,
    effective,
    actors,
    requires,
    limits,
    requiredDepartments,
    authorizes: authorized.length > 0,
  });
}

function required(entry: CatalogueEntry, requires: Requirements): string[] {
  return entry.owner !== null && requires.categories.includes(entry.category) ? [entry.owner] : [];
}

function policyHash(source: PolicySource, catalogue: Catalogue): string {
  return createHash('sha256')
    .update(canonicalJson(canonicalContent(source, catalogue)))
    .digest('hex');
}

/** What is hashed and kept: the rules and the schema's classification, which together decide. */
export function canonicalContent(
  source: PolicySource,
  catalogue: Catalogue,
): { policy: unknown; catalogue: readonly CatalogueEntry[] } {
  const entries = [...catalogue.values()].sort((a, b) => compare(a.coordinate, b.coordinate));
  return { policy: canonicalSource(source), catalogue: entries };
}

/** The source as plain data in one fixed order, without the places it was read from. */
function canonicalSource(source: PolicySource): unknown {
  return {
    version: source.version,
    masks: Object.fromEntries(source.masks),
    filters: Object.fromEntries(source.filters),
    undisclosed: Object.fromEntries(source.undisclosed),
    // Absent where there is none, as in versions that were kept before there could be any.
    ...(source.thresholds.size > 0 && { thresholds: Object.fromEntries(source.thresholds) }),
    ...(source.seals.length > 0 && { seals: [...source.seals].sort((a, b) => compare(a.id, b.id)) }),
    ...(source.clients.length > 0 && { clients: [...source.clients].sort((a, b) => compare(a.id, b.id)) }),
    ...(source.registration.length > 0 && { registration: [...source.registration].sort((a, b) => compare(a.id, b.id)) }),
    ...(source.templates.length > 0 && {
      templates: [...source.templates].sort((a, b) => compare(a.id, b.id) || compare(a.version, b.version)),
    }),
    ...(source.review.rules.length > 0 && { review: sortedReview(source.review) }),
    ...(source.exports.length > 0 && { exports: [...source.exports].sort((a, b) => compare(a.id, b.id)) }),
    purposes: [...source.purposes]
      .sort((a, b) => compare(a.code, b.code) || compare(a.effective.from, b.effective.from))
      .map(({ at: _at, discloses, own, authorized, ...purpose }) => ({
        ...purpose,
        discloses: sortedRules(discloses),
        own: sortedRules(own),
        ...(authorized.length > 0 && { authorized: sortedRules(authorized) }),
      })),
  };
}

/** Matter types stay in their order: the first that fits is meant. */
function sortedReview({ rules, ...review }: PolicySource['review']): unknown {
  return { ...review, rules: [...rules].sort((a, b) => compare(a.id, b.id)) };
}

function sortedRules(rules: PurposeSource['own']): unknown[] {
  return [...rules].sort((a, b) => compare(a.id, b.id)).map(({ at: _at, ...rule }) => rule);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
