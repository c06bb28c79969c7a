import { getNamedType, isEnumType, isInputObjectType, isObjectType, isSpecifiedScalarType } from 'graphql';
import type { GraphQLNamedType } from 'graphql';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { apiSchemaOf } from '../schema/api-schema.ts';
import { ACTORS } from '../schema/signed-context.ts';
import { compileFiles } from './load-policies.ts';
import type { PolicySet } from './policy-set.ts';
import { catalogue, mutated, policies, policyFiles, SUPERGRAPH_SDL, TODAY } from './policies.fixture.ts';

/*
 * A second reading of the YAML, written without the project's parser, evaluator or table: slow, and in the words of
 * the README of this folder. Only the classification (class, category, owner) is shared, read from the supergraph.
 */
interface Yaml {
  code: string;
  basis: string[];
  actors: string[];
  discloses: RuleYaml[];
  own?: RuleYaml[];
  authorized?: RuleYaml[];
}
type RuleYaml = Record<string, unknown> & {
  id: string;
  basis?: string[];
  actors?: string[];
  fields?: string[];
  categories?: string[] | 'all';
};

const MEAN: Record<string, number> = { REVEAL: 0, GENERALIZE: 1, MASK: 2, PSEUDONYMIZE: 3, WITHHOLD: 4 };
const schema = apiSchemaOf(SUPERGRAPH_SDL);
const masks = parse(policyFiles.get('masks.yaml') ?? '') as Record<string, { bands?: unknown; precision?: unknown }>;
const { filters } = parse(policyFiles.get('policy-set.yaml') ?? '') as { filters: Record<string, string> };
const purposes = [...policyFiles].filter(([name]) => name.startsWith('purposes/')).map(([, text]) => parse(text) as Yaml);

function namedTypeOf(coordinate: string): GraphQLNamedType {
  const [, typeName = '', fieldName = '', argument] = /^(\w+)\.(\w+)(?:\((\w+):\))?$/.exec(coordinate) ?? [];
  const type = schema.getType(typeName);
  if (isInputObjectType(type)) return getNamedType(type.getFields()[fieldName]?.type) ?? fail(coordinate);
  if (!isObjectType(type)) return fail(coordinate);
  const field = type.getFields()[fieldName];
  const found = argument === undefined ? field?.type : field?.args.find(({ name }) => name === argument)?.type;
  return getNamedType(found) ?? fail(coordinate);
}

function fail(coordinate: string): never {
  throw new Error(coordinate);
}

interface Asked {
  actor: string;
  own: boolean;
  person: boolean;
  authorized: boolean;
}

/** `treatment mask rule`, by hand. */
function byHand(yaml: Yaml, asked: Asked, coordinate: string): string {
  const { actor, own, person, authorized } = asked;
  const entry = catalogue.get(coordinate) ?? fail(coordinate);
  const sensitivity = person ? entry.ofPerson : entry.as;
  const says = (rule: RuleYaml, list: 'own' | 'discloses' | 'authorized') => {
    if (!(rule.actors ?? yaml.actors).includes(actor)) return undefined;
    if (rule['subjects'] === 'persons' && !person) return undefined;
    if (rule['subjects'] === 'organizations' && person) return undefined;
    const wildcard = !coordinate.includes('(') && `${coordinate.slice(0, coordinate.indexOf('.'))}.*`;
    const named = rule.fields
      ? rule.fields.some((field) => field === coordinate || (field === wildcard && entry.kind === 'field'))
      : rule.categories === 'all' || (rule.categories === undefined ? list === 'own' : rule.categories.includes(entry.category));
    return named ? ((rule['treatment'] ?? rule[sensitivity]) as string | undefined)?.toUpperCase() : undefined;
  };
  const become = (word: string, rule: RuleYaml): [string, string] => {
    if (word === 'REVEAL' || word === 'WITHHOLD') return [word, ''];
    const type = namedTypeOf(coordinate);
    if (isObjectType(type) || isInputObjectType(type)) return ['REVEAL', ''];
    const text = !isEnumType(type) && (!isSpecifiedScalarType(type) || type.name === 'String' || type.name === 'ID');
    if (!text) return ['WITHHOLD', ''];
    if (word === 'PSEUDONYMIZE') return [word, ''];
    const mask = (rule['mask'] as string | undefined) ?? entry.mask;
    if (mask === undefined) return ['WITHHOLD', ''];
    return [masks[mask]?.bands || masks[mask]?.precision ? 'GENERALIZE' : 'MASK', mask];
  };
  let decided = 'WITHHOLD  default';
  if (yaml.actors.includes(actor)) {
    const overriding = (rules: RuleYaml[]) =>
      rules.some((rule) => rule['override'] === true) ? rules.filter((rule) => rule['override'] === true) : rules;
    let spoken = overriding(yaml.discloses.filter((rule) => says(rule, 'discloses')));
    let nearer = own ? (yaml.own ?? []).filter((rule) => says(rule, 'own')) : [];
    // The owner needs no authorization; whoever has one sees by its rules where they say anything.
    if (nearer.length === 0 && authorized) nearer = (yaml.authorized ?? []).filter((rule) => says(rule, 'authorized'));
    // What everybody is refused by the name of the field, the owner and the authorized are refused too.
    const refused = spoken.filter((rule) => rule.fields !== undefined && says(rule, 'discloses') === 'WITHHOLD');
    if (nearer.length > 0) spoken = overriding(nearer.concat(refused));
    let worst = -1;
    const byFieldThenId = ({ id, fields }: RuleYaml) => `${fields ? 0 : 1}${id}`;
    for (const rule of spoken.sort((a, b) => (byFieldThenId(a) < byFieldThenId(b) ? -1 : 1))) {
      const [treatment, mask] = become(says(rule, 'own') ?? says(rule, 'authorized') ?? says(rule, 'discloses') ?? '', rule);
      if ((MEAN[treatment] ?? 9) <= worst) continue;
      worst = MEAN[treatment] ?? 9;
      decided = `${treatment} ${mask} ${rule.id}`;
    }
  }
  const filtered = filters[coordinate];
  if (filtered === undefined) return decided;
  const field = byHand(yaml, asked, filtered);
  return (MEAN[field.split(' ')[0] ?? ''] ?? 9) > (MEAN[decided.split(' ')[0] ?? ''] ?? 9) ? field : decided;
}

const BOTH = [false, true];
const PLACES = BOTH.flatMap((own) => BOTH.flatMap((person) => BOTH.map((authorized) => ({ own, person, authorized }))));

function differences(set: PolicySet): { cells: number; differing: string[] } {
  const differing: string[] = [];
  let cells = 0;
  for (const yaml of purposes)
    for (const actor of ACTORS)
      for (const place of PLACES)
        for (const coordinate of catalogue.keys()) {
          const { treatment, mask = '', rule } = set.decide({ purpose: yaml.code, actor, ...place, coordinate }, TODAY);
          cells++;
          const expected = byHand(yaml, { actor, ...place }, coordinate);
          if (`${treatment} ${mask} ${rule}` !== expected)
            differing.push(`${yaml.code} ${actor} ${JSON.stringify(place)} ${coordinate}: ${expected}`);
        }
  return { cells, differing };
}

it('the compiled table equals an independent, naive evaluation of the YAML in every cell', () => {
  const { cells, differing } = differences(policies);
  expect(differing).toEqual([]);
  expect(cells).toBe(purposes.length * ACTORS.length * 8 * catalogue.size);
}, 60_000);

it.each([
  ['purposes/PUBLIC_QUERY.yaml', 'PERSONAL: mask', 'PERSONAL: reveal'],
  ['purposes/LOAN_PRE.yaml', 'COMMERCIAL: withhold', 'COMMERCIAL: mask'],
  ['purposes/AUDIT_SUPERVISION.yaml', 'SENSITIVE: mask', 'SENSITIVE: reveal'],
  ['purposes/ADMIN_APPROVAL_CHECK.yaml', 'fields: [Officer.subject]', 'fields: [Officer.sex]'],
  ['purposes/LOAN_PRE.yaml', '- TaxArrears.amount\n', '- TaxArrears.provenance\n'],
])(
  'a table compiled from %s with "%s" changed to "%s" is told apart',
  (file, from, to) => {
    expect(differences(compileFiles(mutated(file, from, to), catalogue)).differing).not.toEqual([]);
  },
  60_000,
);
