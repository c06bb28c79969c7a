import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import type { Random } from '../support/random.ts';

/** Subgraph schemas that compose, and what they compose to. */
export interface RandomFederation {
  /** The fields that `needs` requires, by entity. */
  required: ReadonlyMap<string, string>;
  subgraphs: Readonly<Record<string, string>>;
  supergraphSdl: string;
}

const IMPORTS = [
  '@tag',
  '@context',
  '@fromContext',
  '@key',
  '@shareable',
  '@external',
  '@requires',
  '@provides',
  '@override',
  '@interfaceObject',
  '@inaccessible',
];
const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ${JSON.stringify(IMPORTS)})`;
const SUBGRAPHS = ['a', 'b', 'c'] as const;
const LEAVES = [
  'String',
  'String!',
  'Int',
  'Int!',
  'Float',
  'Boolean',
  'ID',
  'Color',
  '[Int!]',
  '[String]!',
  '[[String!]]',
  '[[Int]!]!',
  'Stamp',
  'Stamp!',
  '[Stamp]',
];
const ABSTRACT = ['Thing', '[Thing!]', '[[Thing]]', 'Either', '[Either]!'];
const ARGUMENTS = [
  '',
  '',
  '',
  '(n: Int = 3)',
  '(n: Int)',
  '(n: Int! = 4)',
  '(filter: Filter)',
  '(colors: [Color!] = [RED])',
  '(deep: Deep)',
  '(deep: Deep = { many: [{ text: "m" }] })',
  '(stamp: Stamp)',
];
/** Types that every subgraph may share. */
const SHARED = `
  enum Color { RED GREEN BLUE BLACK @inaccessible }
  scalar Stamp
  input Filter { text: String, most: Int = 5, color: Color }
  input Deep { filter: Filter = { text: "d", color: GREEN }, level: Int! = 1, many: [Filter!] }
  type Size @shareable { w: Int h: Int! unit: Color }`;

/** A federation of two or three subgraphs that share two or three entities, from one seed. */
export function randomFederation(random: Random): RandomFederation {
  for (;;) {
    const required = new Map<string, string>();
    const subgraphs = random.pick(FEDERATIONS)(random, required);
    const { supergraphSdl } = composeServices(
      Object.entries(subgraphs).map(([name, sdl]) => ({ name, url: `http://${name}.example`, typeDefs: parse(sdl) })),
    );
    // Some combinations cannot be satisfied, and composition says so.
    if (supergraphSdl !== undefined) return { subgraphs, supergraphSdl, required };
  }
}

type Federation = (random: Random, required: Map<string, string>) => Record<string, string>;

const FEDERATIONS: readonly Federation[] = [
  entityFederation,
  entityFederation,
  entityFederation,
  entityFederation,
  entityFederation,
  entityFederation,
  mediaFederation,
  mediaFederation,
  contextFederation,
];

type Bodies = Record<string, string[]>;

/** Entities with one or several keys, an interface and a union over them; fields of every kind spread over the subgraphs. */
function entityFederation(random: Random, required: Map<string, string>): Record<string, string> {
  const abstract = random.chance(0.8);
  const entities = ['E0', 'E1', 'E2'].slice(0, 2 + random.below(2));
  const bodies: Record<string, Bodies> = Object.fromEntries(SUBGRAPHS.map((name) => [name, {}]));
  const headers: Record<string, Record<string, string>> = Object.fromEntries(SUBGRAPHS.map((name) => [name, {}]));
  const inner = (name: string, entity: string) => (bodies[name]![entity] ??= []);
  for (const entity of entities) {
    const keys = random.pick([
      ['id'],
      ['id'],
      ['id', 'sku'],
      ['id', 'org { id }'],
      ['id', 'id sku'],
      ['id', 'sku org { id }'],
      ['id sku', 'sku org { id }'],
    ]);
    for (const name of SUBGRAPHS) {
      const own = name === 'a' ? keys : name === 'b' ? [keys[0]!] : [keys.at(-1)!];
      headers[name]![entity] = own.map((key) => `@key(fields: "${key}")`).join(' ');
      if (own.some((key) => /\bid\b(?! })/.test(key.replace('org { id }', '')))) inner(name, entity).push('id: ID!');
      if (own.some((key) => key.includes('sku'))) inner(name, entity).push('sku: String!');
      if (own.some((key) => key.includes('org'))) inner(name, entity).push('org: Org! @shareable');
      const fields = 1 + random.below(4);
      for (let index = 0; index < fields; index++)
        inner(name, entity).push(
          `${name}${index}${random.pick(ARGUMENTS)}: ${random.pick([...LEAVES, 'Size', '[Size]', ...(name === 'a' && abstract ? ABSTRACT : []), ...entities, `[${random.pick(entities)}]`, `[${random.pick(entities)}!]!`])}`,
        );
    }
    if (random.chance(0.5))
      for (const name of ['a', 'b']) inner(name, entity).push('both: String @shareable', 'shared: Size @shareable');
    if (random.chance(0.5))
      required.set(
        entity,
        requires(random, (name) => inner(name, entity)),
      );
    if (random.chance(0.3)) {
      inner('a', entity).push('moved: Int');
      inner('b', entity).push('moved: Int @override(from: "a")');
    }
    if (random.chance(0.3)) {
      inner('a', entity).push('moving: Int');
      inner('b', entity).push('moving: Int @override(from: "a", label: "percent(0)")');
    }
    if (random.chance(0.3)) headers.c![entity] += ' @key(fields: "mark", resolvable: false)';
    if (headers.c![entity]!.includes('mark')) inner('c', entity).push('mark: String @tag(name: "c")');
  }
  const provided = random.chance(0.4) && !bodies.a!.E0!.some((field) => field.startsWith('given'));
  if (provided) {
    inner('a', 'E0').push('given: String @external');
    inner('b', 'E0').push('given: String @shareable');
  }
  const members = entities.slice(0, 2);
  return Object.fromEntries(
    SUBGRAPHS.map((name) => {
      const knowsInterface = abstract && (name === 'a' || (name === 'b' && random.chance(0.5)));
      const common = knowsInterface ? commonFields(name, bodies[name]!, members) : [];
      if (knowsInterface && random.chance(0.5)) {
        for (const entity of members)
          inner(name, entity).push(
            `like_${name}${random.pick(ARGUMENTS.slice(0, 4))}: ${random.pick(['String', 'Size', 'Int!'])}`,
          );
      }
      const types = entities.map((entity) => {
        const implementing = common.length > 0 && members.includes(entity) ? 'implements Thing' : '';
        return `type ${entity} ${implementing} ${headers[name]![entity]} { ${bodies[name]![entity]!.join('\n')} }`;
      });
      const roots = entities.flatMap((entity) => [
        `${name}_${entity}(n: Int = 1): ${entity}`,
        `${name}_${entity}s: [${entity}]`,
        ...(random.chance(0.3) ? [`${name}_${entity}grid: [[${entity}!]]`] : []),
      ]);
      if (common.length > 0) roots.push(`${name}_thing(n: Int): Thing`, `${name}_things: [Thing!]`, `${name}_unions: [Either]`);
      if (name === 'a' && provided) roots.push('a_top: [E0] @provides(fields: "given")');
      roots.push('any: String @shareable');
      return [
        name,
        `${LINK} ${SHARED} type Org @shareable { id: ID! }
        ${common.length > 0 ? `interface Thing { ${common.join('\n')} } union Either = ${members.join(' | ')}` : ''}
        type Query { ${roots.join('\n')} }
        ${name === 'c' ? '' : `type Mutation { ${name}_set(n: Int!): E0 ${name}_add(n: Int): [E1!] ${name}_must(n: Int! = 2): E1! }`}
        ${types.join('\n')}`,
      ];
    }),
  );
}

function commonFields(_name: string, bodies: Bodies, members: readonly string[]): string[] {
  const [first = [], ...others] = members.map((entity) => bodies[entity]!);
  return first.filter((field) => !field.includes('@') && others.every((fields) => fields.includes(field))).map((field) => field);
}

/** Fields of subgraph b that need fields of subgraph a: plain, nested, with arguments, with an argument left to its default. */
function requires(random: Random, inner: (name: string) => string[]): string {
  const [declared, set] = random.pick([
    ['base: String', 'base'],
    ['box: Size', 'box { w h }'],
    ['price(currency: String): Int', 'price(currency: "CNY")'],
    ['price(currency: String = "EUR"): Int', 'price'],
  ] as const);
  inner('a').push(declared);
  if (set.startsWith('price')) inner('b').push(`needsToo: String @requires(fields: "price(currency: \\"USD\\")")`);
  inner('b').push(`${declared} @external`, `needs: String @requires(fields: ${JSON.stringify(set)})`);
  return set;
}

/** An interface that is an entity, with a subgraph that has it as an `@interfaceObject`. */
function mediaFederation(random: Random): Record<string, string> {
  const own = (name: string) =>
    `${name}0${random.pick(ARGUMENTS)}: ${random.pick(LEAVES)} ${name}1: ${random.pick(['Size', 'String', 'Media', '[Media]'])}`;
  const a = own('a');
  return {
    a: `${LINK} ${SHARED}
      interface Media @key(fields: "id") { id: ID! ${a} }
      type Book implements Media @key(fields: "id") { id: ID! ${a} pages: Int }
      type Film implements Media @key(fields: "id") { id: ID! ${a} minutes: ${random.pick(LEAVES)} }
      type Query { a_media(n: Int): Media a_medias: [Media] a_books: [Book!] any: String @shareable }`,
    b: `${LINK} ${SHARED}
      type Media @interfaceObject @key(fields: "id") { id: ID! ${own('b')} }
      type Query { b_medias: [Media] b_best: Media any: String @shareable }`,
    c: `${LINK} ${SHARED}
      type Book @key(fields: "id") { id: ID! ${own('c').replaceAll('Media', 'Book')} }
      type Query { c_books: [Book] any: String @shareable }`,
  };
}

/** Objects that give the fields below them an argument. */
function contextFederation(random: Random): Record<string, string> {
  const inner = random.pick(['Inner', '[Inner!]', '[[Inner]]']);
  return {
    a: `${LINK} ${SHARED}
      type Query { a_outer(n: Int): Outer a_outers: [Outer!] any: String @shareable }
      type Outer @key(fields: "id") @context(name: "around") { id: ID! inner: ${inner} a0: ${random.pick(LEAVES)} }
      type Inner @key(fields: "id") { id: ID! within(n: Int, tag: ID @fromContext(field: "$around { id }")): String a1: ${random.pick(LEAVES)} }`,
    b: `${LINK} ${SHARED}
      type Query { any: String @shareable }
      type Inner @key(fields: "id") { id: ID! b0${random.pick(ARGUMENTS)}: ${random.pick(LEAVES)} b1: Size }`,
  };
}
