import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ConstDirectiveNode, Kind, parse, type TypeNode } from 'graphql';
import { parse as parseYaml } from 'yaml';
import { type NaiveMask, naiveMask } from './naive-masks.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
/** From the most open to the strictest. */
const ORDER = ['reveal', 'generalize', 'mask', 'pseudonymize', 'withhold'];
const CLASSES = ['PUBLIC', 'INTERNAL', 'PERSONAL', 'COMMERCIAL', 'SENSITIVE'];

interface NaiveRule {
  id: string;
  actors?: string[];
  subjects?: 'organizations' | 'persons';
  categories?: string[] | 'all';
  fields?: string[];
  treatment?: string;
  mask?: string;
  override?: boolean;
  [sensitivity: string]: unknown;
}

/** A purpose file as plain data. */
export interface NaivePurpose {
  code: string;
  actors: string[];
  requires: { matter: boolean; self?: boolean };
  discloses: NaiveRule[];
  own?: NaiveRule[];
  authorized?: NaiveRule[];
}

/** Whose value it is, and what stands between it and the caller. */
export interface NaivePlace {
  own: boolean;
  person: boolean;
  authorized: boolean;
}

interface Classified {
  as: string;
  ofPerson: string;
  category: string;
  mask: string | undefined;
  type: string;
}

/** One cell as the files state it: withheld, revealed, or shown through a mask. */
export type NaiveCell = { treatment: 'reveal' | 'withhold' } | { treatment: 'masked'; mask: NaiveMask };

/** The policy files read anew, rule by rule and cell by cell, sharing nothing with the compiled table but the YAML and the schema. */
export function readNaivePolicy(supergraphSdl: string) {
  const folder = `${PROJECT}policies/`;
  const purposes = readdirSync(`${folder}purposes`)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => parseYaml(readFileSync(`${folder}purposes/${name}`, 'utf8')) as NaivePurpose);
  const masks = parseYaml(readFileSync(`${folder}masks.yaml`, 'utf8')) as Record<string, NaiveMask>;
  const classes = classifications(supergraphSdl);
  const composite = compositeTypes(supergraphSdl);

  function decide(purpose: NaivePurpose, actor: string, { own, person, authorized }: NaivePlace, coordinate: string): NaiveCell {
    const field = classes.get(coordinate);
    if (!field || !purpose.actors.includes(actor)) return { treatment: 'withhold' };
    const sensitivity = person ? field.ofPerson : field.as;
    const speaking = (rules: NaiveRule[]) =>
      rules.filter((rule) => said(rule, { actor, person, coordinate, field, sensitivity }) !== undefined);
    const ownSay = own ? speaking(purpose.own ?? []) : [];
    const nearer = ownSay.length === 0 && authorized ? speaking(purpose.authorized ?? []) : ownSay;
    const forAll = overridden(speaking(purpose.discloses));
    // What the purpose withholds by the name of the field is withheld from the owner and by an authorization as well.
    const refused = forAll.filter(
      (rule) => rule.fields && said(rule, { actor, person, coordinate, field, sensitivity }) === 'withhold',
    );
    const rules = nearer.length > 0 ? overridden([...nearer, ...refused]) : forAll;
    const cells = rules.map((rule) =>
      cellOf(rule, said(rule, { actor, person, coordinate, field, sensitivity }) ?? 'withhold', field),
    );
    const strictest = cells.sort((a, b) => rank(b) - rank(a))[0];
    return strictest?.cell ?? { treatment: 'withhold' };
  }

  function cellOf(rule: NaiveRule, treatment: string, field: Classified): { cell: NaiveCell; label: string } {
    if (treatment === 'reveal' || treatment === 'withhold') return { cell: { treatment }, label: treatment };
    if (composite.has(field.type)) return { cell: { treatment: 'reveal' }, label: 'reveal' };
    const mask = masks[rule.mask ?? field.mask ?? ''];
    if (!mask || ['Int', 'Boolean', 'Float'].includes(field.type)) return { cell: { treatment: 'withhold' }, label: 'withhold' };
    if (treatment === 'pseudonymize') throw new Error('the oracle cannot follow pseudonyms');
    return { cell: { treatment: 'masked', mask }, label: mask.bands || mask.precision ? 'generalize' : 'mask' };
  }

  return { purposes, decide, categoryOf: (coordinate: string) => classes.get(coordinate)?.category ?? '' };
}

/** What a caller is to be shown of a raw value. */
export function naiveShow(cell: NaiveCell, raw: unknown): unknown {
  if (cell.treatment === 'withhold') return null;
  return cell.treatment === 'masked' ? naiveMask(cell.mask, String(raw)) : raw;
}

function overridden(rules: NaiveRule[]): NaiveRule[] {
  return rules.some(({ override }) => override === true) ? rules.filter(({ override }) => override === true) : rules;
}

function rank({ label }: { label: string }): number {
  return ORDER.indexOf(label);
}

function said(
  rule: NaiveRule,
  {
    actor,
    person,
    coordinate,
    field,
    sensitivity,
  }: { actor: string; person: boolean; coordinate: string; field: Classified; sensitivity: string },
): string | undefined {
  if (rule.actors && !rule.actors.includes(actor)) return undefined;
  if (rule.subjects && (rule.subjects === 'persons') !== person) return undefined;
  const [type] = coordinate.split('.');
  const isField = !coordinate.includes('(');
  const named = rule.fields?.includes(coordinate) || (isField && rule.fields?.includes(`${type}.*`));
  // A rule for what the asking department owns may leave its scope out: it then speaks of all of it.
  const everything = rule.fields === undefined && (rule.categories === undefined || rule.categories === 'all');
  const within = everything || (rule.categories as string[] | undefined)?.includes(field.category);
  if (!named && !within) return undefined;
  if (rule.treatment !== undefined) return rule.treatment;
  const stated = rule[sensitivity];
  return typeof stated === 'string' ? stated : undefined;
}

function classifications(sdl: string): Map<string, Classified> {
  const found = new Map<string, Classified>();
  for (const node of parse(sdl).definitions) {
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION && node.kind !== Kind.INPUT_OBJECT_TYPE_DEFINITION) continue;
    for (const field of node.fields ?? []) {
      const coordinate = `${node.name.value}.${field.name.value}`;
      note(coordinate, field.directives, field.type);
      for (const argument of 'arguments' in field ? (field.arguments ?? []) : [])
        note(`${coordinate}(${argument.name.value}:)`, argument.directives, argument.type);
    }
  }
  return found;

  function note(coordinate: string, directives: readonly ConstDirectiveNode[] | undefined, type: TypeNode): void {
    const classified = directives?.find((directive) => directive.name.value === 'classified');
    if (!classified) return;
    const given = Object.fromEntries(
      (classified.arguments ?? []).map(({ name, value }) => [name.value, 'value' in value ? String(value.value) : '']),
    );
    const as = given['as'] ?? '';
    if (!CLASSES.includes(as)) throw new Error(`${coordinate} has no class`);
    found.set(coordinate, {
      as,
      ofPerson: given['ofPerson'] ?? as,
      category: given['category'] ?? '',
      mask: given['mask'],
      type: nameOf(type),
    });
  }
}

function compositeTypes(sdl: string): Set<string> {
  const composite = parse(sdl).definitions.flatMap((node) =>
    node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION ? [node.name.value] : [],
  );
  return new Set(composite);
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}
