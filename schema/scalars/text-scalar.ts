import type { ValueNode } from 'graphql';
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

/** What a scalar that is text on the wire is made of. */
export interface TextScalar {
  name: string;
  /** The canonical form of a client's text, or undefined when it is not one. */
  parse: (text: string) => string | undefined;
  /** The canonical form of a department's value, or undefined when it cannot be one. */
  print: (value: unknown) => string | undefined;
  /** The masked and generalised forms that shared.graphql documents; they are served as they are and never accepted. */
  masked?: RegExp;
}

/**
 * A scalar that travels as text: a client's value becomes its canonical text, a department's value is printed as one.
 * Both throw a GraphQLError that names the type and never repeats the value, which may be personal.
 */
export function textScalar({ name, parse, print, masked }: TextScalar): GraphQLScalarType<string, string> {
  const parseValue = (value: unknown): string => {
    const text = typeof value === 'string' ? parse(value) : undefined;
    if (text === undefined) throw new GraphQLError(`The value is not a valid ${name}.`);
    return text;
  };
  return new GraphQLScalarType<string, string>({
    name,
    parseValue,
    parseLiteral: (node: ValueNode) => parseValue(node.kind === Kind.STRING ? node.value : undefined),
    serialize: (value: unknown) => {
      const text = typeof value === 'string' && masked?.test(value) ? value : print(value);
      if (text === undefined) throw new GraphQLError(`A stored value is not a valid ${name}.`);
      return text;
    },
  });
}

/** `check` applied to text, undefined for anything else: the usual `print` of a scalar whose stored form is its text. */
export function onText(check: (text: string) => string | undefined): (value: unknown) => string | undefined {
  return (value) => (typeof value === 'string' ? check(value) : undefined);
}

/** The text itself when it matches. */
export function matching(pattern: RegExp): (text: string) => string | undefined {
  return (text) => (pattern.test(text) ? text : undefined);
}
