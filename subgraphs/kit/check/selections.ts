import { getNamedType, isObjectType, isRequiredArgument } from 'graphql';
import type { GraphQLField, GraphQLObjectType } from 'graphql';

/** The type CreditSubject as one department declares it. */
export type SubjectType = GraphQLObjectType;

/** A selection of everything below the type that needs no argument, stopping at other subjects. */
export function wholeSelection(type: GraphQLObjectType): string {
  return Object.values(type.getFields()).filter(needsNoArgument).map(selected).join(' ');
}

/** What an argument asks about is no part of everything: the question is its caller's. */
function needsNoArgument({ args }: GraphQLField<unknown, unknown>): boolean {
  return !args.some(isRequiredArgument);
}

/** A list with a `first` argument, and how to ask for it. */
export interface PagedList {
  /** Path from CreditSubject, such as `tax.payments`. */
  path: string;
  /** A selection of the list alone. */
  select(first: number): string;
  /** A selection that stops above the list. */
  above: string;
}

/** The lists below the type that no other list is above. */
export function pagedLists(type: GraphQLObjectType): PagedList[] {
  return Object.values(type.getFields()).flatMap((field) => {
    const { name, args } = field;
    const below = getNamedType(field.type);
    if (args.some((argument) => argument.name === 'first')) {
      const leaf = isObjectType(below) ? ' { __typename }' : '';
      return [{ path: name, select: (first: number) => `${name}(first: ${first})${leaf}`, above: '__typename' }];
    }
    return isObjectType(below) && !isSubject(below) ? pagedLists(below).map((list) => nested(name, list)) : [];
  });
}

function nested(name: string, { path, select, above }: PagedList): PagedList {
  return { path: `${name}.${path}`, select: (first) => `${name} { ${select(first)} }`, above: `${name} { ${above} }` };
}

function selected(field: GraphQLField<unknown, unknown>): string {
  const type = getNamedType(field.type);
  if (!isObjectType(type)) return field.name;
  return `${field.name} { ${isSubject(type) ? 'id' : wholeSelection(type)} }`;
}

function isSubject(type: GraphQLObjectType): boolean {
  return type.name === 'CreditSubject';
}
