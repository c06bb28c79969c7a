import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives';
import { GraphQLError, type ValidationContext, type ValidationRule } from 'graphql';
import type { Limits } from '../config.ts';
import { GatewayError } from '../errors.ts';

/**
 * Validation rules for depth (fragments flattened), aliases and directives; each reports QUERY_TOO_COSTLY with the name
 * of the limit and its value. Tokens are limited by the parser, cost after the variables are known.
 */
export function limitRules({ depth, aliases, directives }: Pick<Limits, 'depth' | 'aliases' | 'directives'>): ValidationRule[] {
  return [
    maxDepthRule({ n: depth, flattenFragments: true, ...report('depth', depth) }) as ValidationRule,
    maxAliasesRule({ n: aliases, allowList: [], ...report('aliases', aliases) }) as ValidationRule,
    maxDirectivesRule({ n: directives, ...report('directives', directives) }) as ValidationRule,
  ];
}

/** A GraphQL error that carries one of the closed table through the libraries that wrap it. */
function asGraphQLError(error: GatewayError): GraphQLError {
  return new GraphQLError(error.message, { originalError: error });
}

function report(limit: string, most: number) {
  return {
    // A rule that throws would leave validation as an internal error.
    propagateOnRejection: false,
    onReject: [
      (context: ValidationContext | null) => {
        context?.reportError(asGraphQLError(new GatewayError('QUERY_TOO_COSTLY', { limit, most })));
      },
    ],
  };
}
