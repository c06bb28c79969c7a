import {
  GraphQLError,
  getVariableValues,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLLeafType,
  type GraphQLSchema,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';
import { isRecord } from '../schema/is-record.ts';
import { oncePerOperation } from './once-per-operation.ts';

type Values = Readonly<Record<string, unknown>>;

/** What graphql-js answers: the coerced values, or what was wrong with those given. */
type Coerced = ReturnType<typeof getVariableValues>;

/** A name that an object cannot hold as it holds others: its value, or its default, would be looked for and not found. */
const UNHOLDABLE = '__proto__';

/**
 * Coerces the variables of an operation (spec, section 6.1.2), as graphql-js does, which looks every type up anew and notes a path at every
 * step: here an operation's variables are compiled once. Whatever is not plainly right is left to graphql-js, which says what is wrong.
 * A variable called `__proto__` is refused, where graphql-js would lose it.
 */
export function coerceVariables(schema: GraphQLSchema, operation: OperationDefinitionNode, given: Values): Coerced {
  const lost = operation.variableDefinitions?.find(({ variable }) => variable.name.value === UNHOLDABLE);
  if (lost)
    return { errors: [new GraphQLError(`Variable "$${UNHOLDABLE}" is called what no variable can be called.`, { nodes: lost })] };
  const coerced = coercionOf({ schema, operation })(given);
  if (coerced !== undefined) return { coerced };
  return getVariableValues(schema, operation.variableDefinitions ?? [], given, { maxErrors: 1 });
}

/** Undefined where one of the values is not plainly right. */
type CoerceAll = (given: Values) => Record<string, unknown> | undefined;

const coercionOf = oncePerOperation(
  ({ schema, operation }): CoerceAll => compileAll(schema, operation.variableDefinitions ?? []),
);

/** Stands for a value that is not plainly right. */
const UNSURE = Symbol('unsure');
type Coerce = (value: unknown) => unknown;

function compileAll(schema: GraphQLSchema, definitions: readonly VariableDefinitionNode[]): CoerceAll {
  const variables = definitions.map(({ variable, type: node, defaultValue }) => {
    const type = typeFromAST(schema, node as Parameters<typeof typeFromAST>[1]);
    const coerce: Coerce = isInputType(type) ? compile(type) : () => UNSURE;
    return { name: variable.name.value, coerce, isOptional: !isNonNullType(type) && defaultValue === undefined };
  });
  return (given) => {
    const coerced: Record<string, unknown> = {};
    for (const { name, coerce, isOptional } of variables) {
      if (!Object.hasOwn(given, name)) {
        if (isOptional) continue;
        return undefined;
      }
      const value = coerce(given[name]);
      if (value === UNSURE) return undefined;
      coerced[name] = value;
    }
    return coerced;
  };
}

function compile(type: GraphQLInputType): Coerce {
  if (isNonNullType(type)) {
    const inner = compile(type.ofType);
    return (value) => (value === null || value === undefined ? UNSURE : inner(value));
  }
  const coerce = isListType(type) ? listOf(compile(type.ofType)) : isInputObjectType(type) ? objectOf(type) : leafOf(type);
  return (value) => (value === null || value === undefined ? null : coerce(value));
}

function listOf(coerce: Coerce): Coerce {
  return (value) => {
    if (!Array.isArray(value)) return UNSURE;
    const coerced = value.map(coerce);
    return coerced.includes(UNSURE) ? UNSURE : coerced;
  };
}

function objectOf(type: GraphQLInputObjectType): Coerce {
  const definitions = Object.values(type.getFields());
  if (type.isOneOf || definitions.some(({ defaultValue }) => defaultValue !== undefined)) return () => UNSURE;
  const names = new Set(definitions.map(({ name }) => name));
  // A type may hold itself: its fields are compiled when the first value comes by.
  let fields: { name: string; coerce: Coerce; isRequired: boolean }[] | undefined;
  return (value) => {
    if (!isRecord(value)) return UNSURE;
    fields ??= definitions.map(({ name, type: of }) => ({ name, coerce: compile(of), isRequired: isNonNullType(of) }));
    for (const key of Object.keys(value)) if (!names.has(key)) return UNSURE;
    const coerced: Record<string, unknown> = {};
    for (const { name, coerce, isRequired } of fields) {
      const given = value[name];
      if (given === undefined) {
        if (isRequired) return UNSURE;
        continue;
      }
      const inner = coerce(given);
      if (inner === UNSURE) return UNSURE;
      coerced[name] = inner;
    }
    return coerced;
  };
}

function leafOf(type: GraphQLLeafType): Coerce {
  return (value) => {
    try {
      const parsed: unknown = type.parseValue(value);
      return parsed === undefined ? UNSURE : parsed;
    } catch {
      return UNSURE;
    }
  };
}
