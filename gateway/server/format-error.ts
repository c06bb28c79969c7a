import { ApolloServerErrorCode } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ERRORS, type ErrorCode, GatewayError } from '../errors.ts';

/**
 * The closed table's answer to any error that reaches Apollo Server: our own by their code, its own (parsing, validation,
 * HTTP) by what they mean, everything else as INTERNAL. No value of the request is ever repeated: graphql-js quotes
 * literals and variables in its messages, and those may be identity numbers.
 */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const own = gatewayErrorOf(error);
  if (own !== undefined) return entry(own.code, { extensions: own.details });
  const { code, ...extensions } = formatted.extensions ?? {};
  if (isErrorCode(code)) return entry(code, { extensions, path: formatted.path });
  switch (code) {
    case ApolloServerErrorCode.GRAPHQL_PARSE_FAILED:
      // graphql-js has no code for its token limit; only its own sentence tells it apart, and never repeats the source.
      return entry(
        /^Syntax Error: Document contains more tha[nt] \d+ tokens/.test(formatted.message) ? 'QUERY_TOO_COSTLY' : 'INPUT_INVALID',
        {
          locations: formatted.locations,
          extensions: { reason: 'Syntax error.' },
        },
      );
    case ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED:
      // Fields that would have to be compared pair by pair: graphql-js gives up, and says no more than that.
      if (formatted.message === 'Validation aborted.') return entry('QUERY_TOO_COSTLY', {});
      return entry('INPUT_INVALID', {
        locations: formatted.locations,
        extensions: { reason: validationReason(error, formatted.message) },
      });
    case ApolloServerErrorCode.BAD_REQUEST:
      return entry('INPUT_INVALID', { extensions: { reason: formatted.message.trim() } });
    case ApolloServerErrorCode.OPERATION_RESOLUTION_FAILURE:
    case ApolloServerErrorCode.BAD_USER_INPUT:
    case ApolloServerErrorCode.PERSISTED_QUERY_NOT_SUPPORTED:
    case ApolloServerErrorCode.PERSISTED_QUERY_NOT_FOUND:
      return entry('INPUT_INVALID', {});
    default:
      return entry('INTERNAL', {});
  }
}

/** The code an error leaves with. */
export function errorCodeOf(error: unknown): ErrorCode {
  const formatted = error instanceof GraphQLError ? error.toJSON() : { message: '' };
  return formatError(formatted, error).extensions?.['code'] as ErrorCode;
}

type Parts = Pick<GraphQLFormattedError, 'locations' | 'path' | 'extensions'>;

function entry(
  code: ErrorCode,
  { locations, path, extensions }: { [Key in keyof Parts]: Parts[Key] | undefined },
): GraphQLFormattedError {
  return {
    message: ERRORS[code].message,
    ...(locations && { locations }),
    ...(path && { path }),
    extensions: { ...extensions, code },
  };
}

/** Apollo Server and graphql-js wrap what our rules report, each in an error of its own. */
function gatewayErrorOf(error: unknown): GatewayError | undefined {
  let inner = error;
  while (inner instanceof GraphQLError && inner.originalError) inner = inner.originalError;
  return inner instanceof GatewayError ? inner : undefined;
}

/** Rules speak of names, which are the schema's or the document's; only those about a literal quote what it holds. */
function validationReason(error: unknown, message: string): string {
  const [node] = error instanceof GraphQLError ? (error.nodes ?? []) : [];
  const quotesValue = node === undefined || node.kind.endsWith('Value') || node.kind === 'ObjectField';
  return quotesValue ? 'A literal does not have the form its type requires.' : message;
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERRORS, code);
}
