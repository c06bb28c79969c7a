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
  "分级分类。 Classifies."
  directive @classified(as: Sensitivity!, ofPerson: Sensitivity, category: Category!, mask: String) on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION
  "级别。 Class." enum Sensitivity { "公开。 Public." PUBLIC "共享。 Internal." INTERNAL "个人。 Personal." PERSONAL }
  "类别。 Category." enum Category { "登记。 Registration." REGISTRATION "税。 Tax." TAX }
  "名称。 Name." scalar SubjectName
`;
const PUBLIC = '@classified(as: PUBLIC, category: REGISTRATION)';
const registry = {
  name: 'registry',
  sdl: `${HEADER}
    "查询。 Query." type Query { "主体。 One." subject("编号。 Its id." id: ID! ${PUBLIC}): CreditSubject ${PUBLIC} }
    "主体。 Subject." type CreditSubject @key(fields: "id") {
      "编号。 Id." id: ID! ${PUBLIC}
      "名称。 Name." name: SubjectName @classified(as: PUBLIC, ofPerson: PERSONAL, category: REGISTRATION, mask: "NAME")
    }`,
};
const tax = {
  name: 'tax',
  sdl: `${HEADER}
    type CreditSubject @key(fields: "id") {
      id: ID! ${PUBLIC}
      "欠税。 Arrears." hasArrears: Boolean @classified(as: INTERNAL, category: TAX)
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
    ['a field without a class', `"某。 Some." x: Int`, 'UNCLASSIFIED', 'CreditSubject.x'],
    ['a field without a category', `"某。 Some." x: Int @classified(as: PUBLIC)`, 'UNCLASSIFIED', 'CreditSubject.x'],
    ['an argument without a class', `"某。 Some." x("某。 Some." y: Int): Int ${PUBLIC}`, 'UNCLASSIFIED', 'CreditSubject.x(y:)'],
    ['a non-null field', `"某。 Some." x: Int! ${PUBLIC}`, 'NON_NULL', 'CreditSubject.x'],
    [
      'an unknown mask',
      `"某。 Some." x: SubjectName @classified(as: PUBLIC, category: TAX, mask: "NOPE")`,
      'UNKNOWN_MASK',
      'CreditSubject.x',
    ],
    [
      'a mask on a number',
      `"某。 Some." x: [Int!] @classified(as: PUBLIC, category: TAX, mask: "NAME")`,
      'MASK_ON_NON_TEXT',
      'CreditSubject.x',
    ],
    [
      'a mask on an enum',
      `"某。 Some." x: Category @classified(as: PUBLIC, category: TAX, mask: "NAME")`,
      'MASK_ON_NON_TEXT',
      'CreditSubject.x',
    ],
    [
      'a mask on an object',
      `"某。 Some." x: CreditSubject @classified(as: PUBLIC, category: TAX, mask: "NAME")`,
      'MASK_ON_NON_TEXT',
      'CreditSubject.x',
    ],
    ['a field nobody describes', `x: Int ${PUBLIC}`, 'UNDESCRIBED', 'CreditSubject.x'],
    ['an argument nobody describes', `"某。 Some." x(y: Int ${PUBLIC}): Int ${PUBLIC}`, 'UNDESCRIBED', 'CreditSubject.x(y:)'],
    ['a field described in Chinese alone', `"欠税余额。" x: Int ${PUBLIC}`, 'NOT_BILINGUAL', 'CreditSubject.x'],
    ['a field described in English alone', `"Balance owed." x: Int ${PUBLIC}`, 'NOT_BILINGUAL', 'CreditSubject.x'],
    ['a field described in English first', `"Balance owed. 欠税余额。" x: Int ${PUBLIC}`, 'NOT_BILINGUAL', 'CreditSubject.x'],
    ['Chinese that only mentions a Latin name', `"代码（USCC）。见 code。" x: Int ${PUBLIC}`, 'NOT_BILINGUAL', 'CreditSubject.x'],
    [
      'an argument described in Chinese alone',
      `"某。 Some." x("条数。" y: Int ${PUBLIC}): Int ${PUBLIC}`,
      'NOT_BILINGUAL',
      'CreditSubject.x(y:)',
    ],
    ['a field of another department', `"某。 Some." name: SubjectName ${PUBLIC}`, 'TWO_OWNERS', 'CreditSubject.name'],
    ['an unknown type', `"某。 Some." x: Nowhere ${PUBLIC}`, 'NOT_COMPOSABLE', 'INVALID_GRAPHQL'],
  ])('refuses %s', (_, field, code, coordinate) => {
    const composed = composeSupergraph([registry, { ...tax, sdl: tax.sdl.replace(/"欠税。 Arrears.".*/, field) }], MASKS);
    expect(composed.ok ? [] : composed.faults).toContainEqual(expect.objectContaining({ code, coordinate }));
  });

  test.each<[string, string, string, string]>([
    ['an interface', `"名。 N." interface Named { "名。 N." name: String ${PUBLIC} }`, 'ABSTRACT_TYPE', 'Named'],
    ['a union', `"名。 N." union Any = CreditSubject`, 'ABSTRACT_TYPE', 'Any'],
    ['an enum value nobody describes', `"种类。 Kind." enum E { "甲。 First." A B }`, 'UNDESCRIBED', 'E.B'],
    ['an enum value described in Chinese alone', `"种类。 Kind." enum E { "甲。" A }`, 'NOT_BILINGUAL', 'E.A'],
    ['an enum value added by an extension and not described', 'extend enum Category { NEW }', 'UNDESCRIBED', 'Category.NEW'],
    ['a type described in English alone', `"Tax." type T { "甲。 First." a: Int ${PUBLIC} }`, 'NOT_BILINGUAL', 'T'],
    ['a scalar described in Chinese alone', `"金额（元）。" scalar Amount`, 'NOT_BILINGUAL', 'Amount'],
    ['an input field described in Chinese alone', `"项。 Item." input I { "甲。" a: Int! ${PUBLIC} }`, 'NOT_BILINGUAL', 'I.a'],
    ['a type nobody describes', `type T { "甲。 First." a: Int ${PUBLIC} }`, 'UNDESCRIBED', 'T'],
    ['an input field without a class', `"项。 Item." input I { "甲。 First." a: Int! }`, 'UNCLASSIFIED', 'I.a'],
    [
      'alternatives without a word how many',
      `"项。 Item." input I { "甲。 First." a: Int ${PUBLIC} "乙。 Second." b: Int ${PUBLIC} }`,
      'CHOICE_UNDOCUMENTED',
      'I',
    ],
    ['broken SDL', '}', 'SDL_INVALID', ''],
  ])('refuses %s', (_, definition, code, coordinate) => {
    const composed = composeSupergraph([registry, { ...tax, sdl: `${tax.sdl}\n${definition}` }], MASKS);
    expect(composed.ok ? [] : composed.faults).toContainEqual(expect.objectContaining({ code, coordinate, subgraph: 'tax' }));
  });

  test('takes one description for all, and holds each that is given to both languages', () => {
    const refused = { ...tax, sdl: tax.sdl.replace('id: ID!', '"编号。" id: ID!') };
    expect(composeSupergraph([registry, refused], MASKS)).toMatchObject({
      ok: false,
      faults: [{ code: 'NOT_BILINGUAL', subgraph: 'tax', coordinate: 'CreditSubject.id' }],
    });
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
      sdl: `${sdl}\ntype Shared @shareable { "甲。 First." a: Int ${PUBLIC} }`,
    }));
    const composed = composeSupergraph(broken, MASKS);
    expect(composed.ok ? [] : composed.faults.map(({ code, coordinate }) => `${code} ${coordinate}`)).toEqual([
      'UNDESCRIBED Shared',
    ]);
  });
});

test('the project’s subgraphs are six departments’ and the gateway’s own, and each has the shared part', () => {
  const subgraphs = loadSubgraphs();
  expect(subgraphs.map(({ name }) => name)).toEqual([
    'authorizations',
    'licensing',
    'operations',
    'oversight',
    'penalties',
    'querylog',
    'registry',
    'social-security',
    'tax',
    'utilities',
  ]);
  for (const { sdl } of subgraphs) expect(sdl).toContain('type Provenance @shareable');
});
