import type { Actor } from '../schema/signed-context.ts';
import type { Catalogue, CatalogueEntry } from '../schema/classification.ts';
import { maskTreatment } from './policy-source.ts';
import type { PolicySource, PurposeSource, Rule } from './policy-source.ts';
import { TREATMENTS } from './treatment.ts';
import type { Cell, Treatment } from './treatment.ts';

/** What decides where no rule speaks. */
export const DEFAULT_CELL: Cell = Object.freeze({ treatment: 'WITHHOLD', rule: 'default', basis: Object.freeze([]) });

/** One cell to evaluate. */
export interface CellQuestion {
  purpose: PurposeSource;
  actor: Actor;
  own: boolean;
  person: boolean;
  authorized?: boolean;
  entry: CatalogueEntry;
}

/** One rule's say about a cell. */
export interface Candidate {
  rule: Rule;
  cell: Cell;
}

/** The policies and the schema they are read against. */
export interface PolicyContext {
  source: PolicySource;
  catalogue: Catalogue;
}

/**
 * Decides one cell and keeps every rule that spoke, the deciding one first.
 * Overrides stand in for the ordinary rules; among those that speak the strictest wins, then the one that names the field
 * rather than its category, then the lesser id. What the purpose withholds by name it withholds from the owner, and from
 * whoever is authorized, too.
 * An argument that filters by a field is treated no more gently than that field: else a hidden amount could be found by halving.
 */
export function evaluateCell(question: CellQuestion, context: PolicyContext): { cell: Cell; candidates: readonly Candidate[] } {
  const candidates = candidatesOf(question, context);
  const cell = candidates[0]?.cell ?? DEFAULT_CELL;
  const filtered = context.catalogue.get(context.source.filters.get(question.entry.coordinate) ?? '');
  if (filtered === undefined) return { cell, candidates };
  const field = evaluateCell({ ...question, entry: filtered }, context);
  return strictness(field.cell.treatment) > strictness(cell.treatment) ? field : { cell, candidates };
}

/** Rank of a treatment, 0 the most open. */
export function strictness(treatment: Treatment): number {
  return TREATMENTS.indexOf(treatment);
}

/** Whether the rule says anything about the cell's caller, subject and field. */
function speaks(rule: Rule, { actor, person, entry }: CellQuestion): boolean {
  if (!rule.actors.includes(actor)) return false;
  if (rule.subjects !== 'both' && (rule.subjects === 'persons') !== person) return false;
  return inScope(rule, entry) && statedFor(rule, { entry, person }) !== undefined;
}

function statedFor(rule: Rule, { entry, person }: Pick<CellQuestion, 'entry' | 'person'>): Treatment | undefined {
  return rule.treatments[classOf(entry, person)];
}

/** Whether the rule names the coordinate, by category, by name, or as one of the fields of `Type.*`. */
function inScope({ scope }: Rule, entry: CatalogueEntry): boolean {
  if ('categories' in scope) return scope.categories.includes(entry.category);
  if (scope.fields.includes(entry.coordinate)) return true;
  return entry.kind === 'field' && scope.fields.includes(`${entry.coordinate.split('.')[0]}.*`);
}

function candidatesOf(question: CellQuestion, { source }: PolicyContext): Candidate[] {
  const { purpose } = question;
  if (!purpose.actors.includes(question.actor)) return [];
  const nearer = nearerRules(question);
  const forAll = standing(purpose.discloses.filter((rule) => speaks(rule, question)));
  const withheld = forAll.filter((rule) => 'fields' in rule.scope && statedFor(rule, question) === 'WITHHOLD');
  return (nearer.length > 0 ? standing([...nearer, ...withheld]) : forAll)
    .map((rule) => ({ rule, cell: cellOf(rule, question, source) }))
    .sort((a, b) => strictness(b.cell.treatment) - strictness(a.cell.treatment) || compareRules(a.rule, b.rule));
}

/** The rules that speak to the owner, or else to whoever is authorized: an owner needs no authorization for its own. */
function nearerRules(question: CellQuestion): readonly Rule[] {
  const { purpose, own, authorized } = question;
  const ownRules = own ? purpose.own.filter((rule) => speaks(rule, question)) : [];
  if (ownRules.length > 0 || !authorized) return ownRules;
  return purpose.authorized.filter((rule) => speaks(rule, question));
}

/** The rules that count among those that speak: the overrides if there are any. */
function standing(speaking: readonly Rule[]): readonly Rule[] {
  const overriding = speaking.filter((rule) => rule.override);
  return overriding.length > 0 ? overriding : speaking;
}

/** A rule for single fields first: it tells why this very field is treated so. */
function compareRules(a: Rule, b: Rule): number {
  return Number('fields' in b.scope) - Number('fields' in a.scope) || (a.id < b.id ? -1 : 1);
}

function cellOf(rule: Rule, { entry, person }: CellQuestion, source: PolicySource): Cell {
  const stated = statedFor(rule, { entry, person }) ?? 'WITHHOLD';
  const decided = { rule: rule.id, basis: rule.basis };
  if (stated === 'REVEAL' || stated === 'WITHHOLD') return { treatment: stated, ...decided };
  // A composite has no text of its own to hide: whatever is short of withholding lets the caller in to its fields.
  if (entry.isComposite) return { treatment: 'REVEAL', ...decided };
  if (!entry.isStringScalar) return { treatment: 'WITHHOLD', ...decided };
  if (stated === 'PSEUDONYMIZE') return { treatment: stated, ...decided };
  const name = rule.mask ?? entry.mask;
  const mask = name === undefined ? undefined : source.masks.get(name);
  if (name === undefined || mask === undefined) return { treatment: 'WITHHOLD', ...decided };
  return { treatment: maskTreatment(mask), mask: name, ...decided };
}

/** The class of a value of the field: the stricter column where it belongs to a person. */
function classOf(entry: CatalogueEntry, person: boolean) {
  return person ? entry.ofPerson : entry.as;
}
