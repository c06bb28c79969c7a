import { getOperationAST, type OperationDefinitionNode, parse } from 'graphql';
import { expect, test } from 'vitest';
import { SUPERGRAPH } from '../city.fixture.ts';
import { createCompiledPlans } from './compiled-plans.ts';

/** The compiled operations of a cache with room for two ordinary ones, by text. */
function compiler() {
  const plans = createCompiledPlans(SUPERGRAPH, 2);
  return (text: string) => {
    const document = parse(text);
    const operation = getOperationAST(document) as OperationDefinitionNode;
    return plans.plan({ document, operation, hash: text, variables: {} });
  };
}

const [ONE, TWO, THREE] = ['o-1', 'o-2', 'o-3'].map((id) => `{ subject(id: "${id}") { name } }`) as [string, string, string];

test('an operation is compiled once', () => {
  const compiled = compiler();
  expect(compiled(ONE)).toBe(compiled(ONE));
});

test('the operation used least lately is forgotten first', () => {
  const compiled = compiler();
  const [one, two] = [compiled(ONE), compiled(TWO)];
  expect(compiled(ONE)).toBe(one);
  compiled(THREE);
  expect(compiled(ONE)).toBe(one);
  expect(compiled(TWO)).not.toBe(two);
});

const LIST = Array.from({ length: 200 }, (_, index) => `"o-${index}"`).join();
test.each([
  ['values', `{ subjects(ids: [${LIST}]) { name } }`],
  ['text in a value', `{ subject(id: "${'o'.repeat(5_000)}") { name } }`],
  ['fields', `{ ${Array.from({ length: 20 }, (_, index) => `a${index}: subject(id: "o") { name }`).join(' ')} }`],
])('an operation of many %s takes the room of several', (_what, wide) => {
  const compiled = compiler();
  const one = compiled(ONE);
  compiled(wide);
  expect(compiled(ONE)).not.toBe(one);
});
