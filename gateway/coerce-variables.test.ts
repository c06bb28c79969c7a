import fc from 'fast-check';
import { buildSchema, getOperationAST, getVariableValues, parse } from 'graphql';
import { expect, test } from 'vitest';
import { coerceVariables } from './coerce-variables.ts';

const schema = buildSchema(`
  enum Kind { FIRM PERSON }
  scalar Code
  input By { code: Code, kind: Kind!, within: [[By!]], years: [Int!], constructor: Boolean }
  input Page { first: Int = 10, after: ID }
  input One @oneOf { a: Int, b: String }
  type Query { f(by: By, all: [By!]!, page: Page, one: One, n: Float, name: String): Int }
`);
const operation = getOperationAST(
  parse('query ($by: By, $all: [By!]!, $page: Page, $one: One, $n: Float = 2, $name: String!, $ids: [ID]) { f(all: $all) }'),
)!;

const scalar = fc.oneof(
  fc.constantFrom(null, undefined, 'FIRM', 'PERSON', '', 0, 1.5, 2 ** 40, true, [], {}),
  fc.string(),
  fc.integer(),
);
/** Mostly of its type. */
const likely = (right: fc.Arbitrary<unknown>) => fc.oneof({ weight: 15, arbitrary: right }, scalar);
const { by } = fc.letrec<{ by: unknown }>((tie) => ({
  by: likely(
    fc.record(
      {
        code: scalar,
        kind: likely(fc.constantFrom('FIRM', 'PERSON')),
        within: fc.option(fc.array(fc.oneof(fc.array(tie('by'), { maxLength: 2 }), tie('by')), { maxLength: 2 })),
        years: likely(fc.array(fc.integer({ min: 1949, max: 2100 }))),
        constructor: likely(fc.boolean()),
      },
      { requiredKeys: ['kind', 'years'] },
    ),
  ),
}));
const given = fc.record(
  {
    by,
    all: likely(fc.array(by, { maxLength: 2 })),
    page: likely(fc.record({ first: likely(fc.integer()), after: likely(fc.string()) }, { requiredKeys: [] })),
    one: likely(fc.oneof(fc.record({ a: fc.integer() }), fc.record({ b: fc.string() }), fc.record({ a: scalar, b: scalar }))),
    n: likely(fc.integer()),
    name: likely(fc.string()),
    ids: likely(fc.array(likely(fc.integer()))),
    stranger: scalar,
  },
  { requiredKeys: ['all', 'name'] },
) as fc.Arbitrary<Record<string, unknown>>;

test('whatever is given becomes what graphql-js makes of it, faults included', () => {
  let accepted = 0;
  fc.assert(
    fc.property(given, (values) => {
      const expected = getVariableValues(schema, operation.variableDefinitions ?? [], values, { maxErrors: 1 });
      expect(coerceVariables(schema, operation, values)).toEqual(expected);
      if (expected.coerced) accepted += 1;
    }),
    { numRuns: 2_000 },
  );
  expect(accepted).toBeGreaterThan(100);
});

test('the values of one operation are not those of another, nor of another schema', () => {
  const [one, other] = [parse('query ($by: Int) { __typename }'), parse('query ($by: String) { __typename }')].map(
    (document) => getOperationAST(document)!,
  );
  expect(coerceVariables(schema, one!, { by: 7 }).coerced).toEqual({ by: 7 });
  expect(coerceVariables(schema, other!, { by: 7 }).errors).toHaveLength(1);
  const stricter = buildSchema('enum Kind { PERSON } type Query { f: Int }');
  const byKind = getOperationAST(parse('query ($kind: Kind) { __typename }'))!;
  expect(coerceVariables(schema, byKind, { kind: 'FIRM' }).coerced).toEqual({ kind: 'FIRM' });
  expect(coerceVariables(stricter, byKind, { kind: 'FIRM' }).errors).toHaveLength(1);
});

test('a variable that an object would not hold as its own is refused, given or by default', () => {
  const held = getOperationAST(parse('query ($__proto__: Int = 3) { __typename }'))!;
  for (const values of [{}, JSON.parse('{"__proto__": 4}') as Record<string, unknown>])
    expect(coerceVariables(schema, held, values).errors).toHaveLength(1);
});
