import { buildSchema, getOperationAST, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { compileCost } from './query-cost.ts';

const schema = buildSchema(`
  type Query { subject(id: ID): Subject subjects(by: [ID!]): [Subject] search(first: Int = 20): Connection }
  type Connection { edges: [Edge] total: Int }
  type Edge { node: Subject }
  type Subject { id: ID name: String tags: [String] records(first: Int = 20): [Record] }
  type Record { number: String }
`);

function cost(text: string, variables: Record<string, unknown> = {}): number {
  const document = parse(text);
  const operation = getOperationAST(document);
  if (operation == null) throw new Error('one operation, please');
  return compileCost({ schema, document, operation })(variables);
}

describe('the cost of a query', () => {
  test.each([
    ['one a field', '{ subject { id name } }', 3],
    ['ten for a list nobody bounds', '{ subject { tags } }', 11],
    ['times the size a literal gives', '{ subject { records(first: 3) { number } } }', 1 + 3 * 2],
    ['times the default size', '{ subject { records { number } } }', 1 + 20 * 2],
    ['times the length of a list of keys', '{ subjects(by: ["1", "2", "3"]) { id } }', 3 * 2],
    ['once for the list inside a page', '{ search(first: 5) { total edges { node { id } } } }', 5 * (1 + 1 + 1 + 2)],
    ['page times list', '{ search(first: 5) { edges { node { records(first: 4) { number } } } } }', 5 * (1 + 1 + 1 + 4 * 2)],
    ['nothing for a page of none', '{ subject { records(first: 0) { number } } }', 1],
    ['nothing below zero', '{ subject { records(first: -5) { number } } }', 1],
    [
      'the same through fragments',
      '{ subject { ...A ... on Subject { name } ... { id } } } fragment A on Subject { records(first: 3) { number } }',
      1 + 6 + 1 + 1,
    ],
    ['one for what has no type', '{ __typename __schema { types { name } } }', 1 + 3],
  ])('%s: %s', (_, text, expected) => {
    expect(cost(text)).toBe(expected);
  });

  test('many spreads of spreads are counted without visiting each', () => {
    const fragments = Array.from(
      { length: 40 },
      (_, level) => `fragment F${level} on Subject { ...F${level + 1} ...F${level + 1} }`,
    );
    const text = `query($n: Int) { subject { ...F0 } } ${fragments.join(' ')} fragment F40 on Subject { records(first: $n) { number } }`;
    expect(cost(text, { n: 1 })).toBe(1 + 2 ** 40 * 2);
  });

  test('one compiled operation is counted anew for other variables', () => {
    const document = parse(
      'query($n: Int) { subject { ...F } search(first: $n) { edges { node { tags } } } } fragment F on Subject { records(first: $n) { number } }',
    );
    const operation = getOperationAST(document);
    if (operation == null) throw new Error('one operation, please');
    const compiled = compileCost({ schema, document, operation });
    expect([{ n: 3 }, { n: 2 }, {}, { n: 3 }].map(compiled)).toEqual([
      1 + 6 + 3 * 13,
      1 + 4 + 2 * 13,
      1 + 40 + 20 * 13,
      1 + 6 + 3 * 13,
    ]);
  });

  test('a size in a variable counts like a literal', () => {
    expect(cost('query($n: Int) { subject { records(first: $n) { number } } }', { n: 3 })).toBe(1 + 6);
    expect(cost('query($by: [ID!]) { subjects(by: $by) { id } }', { by: ['1', '2'] })).toBe(4);
  });
});
