import { describe, expect, test } from 'vitest';
import { readCatalogue } from './classification.ts';
import { composeSupergraph } from './compose.ts';
import { loadSubgraphs } from './load-subgraphs.ts';

const MASKS = new Set(['NAME']);
const HEADER = `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@composeDirective"])
    @link(url: "https://xinqiao.example/spec/classified/v1.0", import: ["@classified", "Sensitivity", "Category"])
    @composeDirective(name: "@classified")
  "Classifies."
  directive @classified(as: Sensitivity!, ofPerson: Sensitivity, category: Category!, mask: String) on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION
  "Class." enum Sensitivity { "P." PUBLIC "I." INTERNAL "P." PERSONAL }
  "Category." enum Category { "R." REGISTRATION "T." TAX }
  "Name." scalar SubjectName
`;
const PUBLIC = '@classified(as: PUBLIC, category: REGISTRATION)';
const registry = {
  name: 'registry',
  sdl: `${HEADER}
    type Query { "One." subject(id: ID! ${PUBLIC}): CreditSubject ${PUBLIC} }
    "Subject." type CreditSubject @key(fields: "id") {
      "Id." id: ID! ${PUBLIC}
      "Name." name: SubjectName @classified(as: PUBLIC, ofPerson: PERSONAL, category: REGISTRATION, mask: "NAME")
    }`,
};
const tax = {
  name: 'tax',
  sdl: `${HEADER}
    type CreditSubject @key(fields: "id") {
      id: ID! ${PUBLIC}
      "Arrears." hasArrears: Boolean @classified(as: INTERNAL, category: TAX)
    }`,
};

describe('composition', () => {
  test('of two departments carries classifications and owners into the supergraph', () => {
    const composed = composeSupergraph([tax, registry], MASKS);
    const catalogue = readCatalogue(composed.ok ? composed.supergraphSdl : '');
    expect(
      [...catalogue.values()].map(({ coordinate, owner, as, ofPerson }) => `${coordinate} ${owner} ${as} ${ofPerson}`),
    ).toEqual([
      'CreditSubject.id null PUBLIC PUBLIC',
      'CreditSubject.name registry PUBLIC PERSONAL',
      'CreditSubject.hasArrears tax INTERNAL INTERNAL',
      'Query.subject registry PUBLIC PUBLIC',
      'Query.subject(id:) registry PUBLIC PUBLIC',
    ]);
  });

  test('gives the same text whatever the order of the departments', () => {
    expect(composeSupergraph([tax, registry], MASKS)).toEqual(composeSupergraph([registry, tax], MASKS));
  });

  test.each<[string, string, string, string]>([
    ['a field without a class', `"X." x: Int`, 'UNCLASSIFIED', 'CreditSubject.x'],
    ['a field without a category', `"X." x: Int @classified(as: PUBLIC)`, 'UNCLASSIFIED', 'CreditSubject.x'],
    ['an argument without a class', `"X." x(y: Int): Int ${PUBLIC}`, 'UNCLASSIFIED', 'CreditSubject.x(y:)'],
    ['a non-null field', `"X." x: Int! ${PUBLIC}`, 'NON_NULL', 'CreditSubject.x'],
    [
      'an unknown mask',
      `"X." x: SubjectName @classified(as: PUBLIC, category: TAX, mask: "NOPE")`,
      'UNKNOWN_MASK',
      'CreditSubject.x',
    ],
    [
      'a mask on a number',
      `"X." x: [Int!] @classified(as: PUBLIC, category: TAX, mask: "NAME")`,
      'MASK_ON_NON_TEXT',
      'CreditSubject.x',
    ],
    [
      'a mask on an enum',
      `"X." x: Category @classified(as: PUBLIC, category: TAX, mask: "NAME")`,
      'MASK_ON_NON_TEXT',
      'CreditSubject.x',
    ],
    [
      'a mask on an object',
      `"X." x: CreditSubject @classified(as: PUBLIC, category: TAX, mask: "NAME")`,
      'MASK_ON_NON_TEXT',
      'CreditSubject.x',
    ],
    ['a field nobody describes', `x: Int ${PUBLIC}`, 'UNDESCRIBED', 'CreditSubject.x'],
    ['a field of another department', `"X." name: SubjectName ${PUBLIC}`, 'TWO_OWNERS', 'CreditSubject.name'],
    ['an unknown type', `"X." x: Nowhere ${PUBLIC}`, 'NOT_COMPOSABLE', 'INVALID_GRAPHQL'],
  ])('refuses %s', (_, field, code, coordinate) => {
    const composed = composeSupergraph([registry, { ...tax, sdl: tax.sdl.replace(/"Arrears.".*/, field) }], MASKS);
    expect(composed.ok ? [] : composed.faults).toContainEqual(expect.objectContaining({ code, coordinate }));
  });

  test.each<[string, string, string, string]>([
    ['an interface', `"N." interface Named { "N." name: String ${PUBLIC} }`, 'ABSTRACT_TYPE', 'Named'],
    ['a union', `"N." union Any = CreditSubject`, 'ABSTRACT_TYPE', 'Any'],
    ['an enum value nobody describes', `"E." enum E { "A." A B }`, 'UNDESCRIBED', 'E.B'],
    ['a type nobody describes', `type T { "A." a: Int ${PUBLIC} }`, 'UNDESCRIBED', 'T'],
    ['an input field without a class', `"I." input I { "A." a: Int! }`, 'UNCLASSIFIED', 'I.a'],
    [
      'alternatives without a word how many',
      `"I." input I { "A." a: Int ${PUBLIC} "B." b: Int ${PUBLIC} }`,
      'CHOICE_UNDOCUMENTED',
      'I',
    ],
    ['broken SDL', '}', 'SDL_INVALID', ''],
  ])('refuses %s', (_, definition, code, coordinate) => {
    const composed = composeSupergraph([registry, { ...tax, sdl: `${tax.sdl}\n${definition}` }], MASKS);
    expect(composed.ok ? [] : composed.faults).toContainEqual(expect.objectContaining({ code, coordinate, subgraph: 'tax' }));
  });

  test('refuses two classifications of one coordinate, and takes the order of arguments for no difference', () => {
    const swapped = { ...tax, sdl: tax.sdl.replace(PUBLIC, '@classified(category: REGISTRATION, as: PUBLIC)') };
    expect(composeSupergraph([registry, swapped], MASKS).ok).toBe(true);
    const differing = { ...tax, sdl: tax.sdl.replace(PUBLIC, '@classified(as: INTERNAL, category: REGISTRATION)') };
    expect(composeSupergraph([registry, differing], MASKS)).toEqual({
      ok: false,
      faults: [
        {
          code: 'CLASSIFICATION_DIFFERS',
          subgraph: 'tax',
          coordinate: 'CreditSubject.id',
          message: 'classified differently by registry and tax',
        },
      ],
    });
  });

  test('reports a fault of the shared part once', () => {
    const broken = [registry, tax].map(({ name, sdl }) => ({
      name,
      sdl: `${sdl}\ntype Shared @shareable { "A." a: Int ${PUBLIC} }`,
    }));
    const composed = composeSupergraph(broken, MASKS);
    expect(composed.ok ? [] : composed.faults.map(({ code, coordinate }) => `${code} ${coordinate}`)).toEqual([
      'UNDESCRIBED Shared',
    ]);
  });
});

test('the project’s departments are six and each has the shared part', () => {
  const subgraphs = loadSubgraphs();
  expect(subgraphs.map(({ name }) => name)).toEqual([
    'licensing',
    'penalties',
    'registry',
    'social-security',
    'tax',
    'utilities',
  ]);
  for (const { sdl } of subgraphs) expect(sdl).toContain('type Provenance @shareable');
});
