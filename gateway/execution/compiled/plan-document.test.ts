import { buildSchema, getOperationAST, parse, print } from 'graphql';
import { expect, test } from 'vitest';
import { planDocument } from './plan-document.ts';
import { resolveSelections } from './resolve-selections.ts';

const schema = buildSchema(`
  interface Node { id: ID } interface Named { id: ID name: String } interface Priced { id: ID price: Int }
  type Good implements Node & Named & Priced { id: ID name: String price: Int }
  type Query { node: Node }
`);

function planned(text: string): string {
  const document = parse(text);
  const operation = getOperationAST(document)!;
  const resolved = resolveSelections({
    schema,
    document,
    operation,
    conditions: {},
    ownKey: '_q',
    contestedFields: new Set(),
  });
  return print(planDocument({ schema, ownKey: '_q' }, operation, resolved)!);
}

/** Fragments that spread the next one twice each, in two other types. */
const chain = (length: number) =>
  Array.from(
    { length },
    (_, n) => `fragment F${n} on Node { ... on Named { ...F${n + 1} } ... on Priced { ...F${n + 1} } }`,
  ).join('\n') + `\nfragment F${length} on Node { id }`;

test('fragments in fragments grow with their number, not twice with each', () => {
  const lengthOf = (links: number) => planned(`{ node { ...F0 } } ${chain(links)}`).length;
  const [ten, twenty, forty] = [lengthOf(10), lengthOf(20), lengthOf(40)];
  expect(forty - twenty).toBeLessThan(4 * (twenty - ten));
});

test('what a fragment adds under another type stays there', () => {
  const text = planned(
    '{ node { ... on Named { ...F } ... on Priced { ...F } } } fragment F on Node { id ... on Good { name } }',
  );
  expect(text.match(/\.\.\. on Node/g)).toHaveLength(2);
  expect(text.match(/\bname\b/g)).toHaveLength(2);
});

test('an operation that would take minutes to plan is refused', () => {
  const aliases = Array.from({ length: 20_001 }, (_, n) => `a${n}: id`).join(' ');
  expect(() => planned(`{ node { ${aliases} } }`)).toThrow('more than 20000');
});
