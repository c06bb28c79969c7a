import { ApolloServerErrorCode } from '@apollo/server/errors';
import { buildSchema, GraphQLError, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { formatError } from './format-error.ts';

const schema = buildSchema('type Query { id: ID records(first: Int): Record } type Record { status: Int }');

/** As Apollo Server hands on the first fault that validation finds. */
function refusalOf(query: string) {
  const [fault] = validate(schema, parse(query));
  const error = new GraphQLError(fault!.message, {
    nodes: fault!.nodes ?? null,
    originalError: fault!,
    extensions: { code: ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED },
  });
  return formatError(error.toJSON(), error).extensions;
}

test.each([
  ['one field thousands of times', `{ ${'id '.repeat(3_900)} }`],
  ['hundreds of lists', `{ ${'records(first: 1) { status } '.repeat(430)} }`],
])('%s, which validation gives up on, is too costly', (_, query) => {
  expect(refusalOf(query)).toEqual({ code: 'QUERY_TOO_COSTLY' });
});

test('a field that is not there is named', () => {
  expect(refusalOf('{ records { secret } }')).toEqual({
    code: 'INPUT_INVALID',
    reason: 'Cannot query field "secret" on type "Record".',
  });
});

test('a literal is not repeated', () => {
  expect(JSON.stringify(refusalOf('{ records(first: "11010519491231002X") { status } }'))).not.toContain('11010');
});
