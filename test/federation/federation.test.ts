import { parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { executionOf } from './federation.ts';
import { SUITES } from './suites/suites.ts';

describe.each(SUITES)('$name', (suite) => {
  const asked: string[] = [];
  const execution = executionOf(suite, (subgraph) => asked.push(subgraph));

  test.each(suite.cases)('answers $what', async ({ query, variables = {}, data, errors = [], asked: expected }) => {
    asked.length = 0;
    const document = parse(query);
    expect(validate(execution.apiSchema, document)).toEqual([]);
    const answer = await execution.execute({ document, variables, context: undefined });
    const told = answer.errors.map(({ path, extensions }) => `${path?.join('.') ?? '-'} ${String(extensions['code'])}`);
    expect(told.sort()).toEqual([...errors].sort());
    expect(JSON.stringify(answer.data)).toBe(JSON.stringify(data));
    if (expected !== undefined) expect(asked.sort().join(' ')).toBe(expected);
  });
});

test('there are at least 150 operations over at least 20 supergraphs', () => {
  expect(SUITES.length).toBeGreaterThanOrEqual(20);
  expect(SUITES.flatMap(({ cases }) => cases).length).toBeGreaterThanOrEqual(150);
});
