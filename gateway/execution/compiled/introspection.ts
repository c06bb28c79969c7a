import {
  type DocumentNode,
  execute,
  type ExecutionResult,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { type FieldSelection, isIntrospection, type Selection } from './resolve-selections.ts';

/** Answers the part of an operation that asks for the schema, under the plan's keys. */
export type Introspect = (variables: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** Takes `__schema` and `__type` out of an operation; undefined when it has none. */
export function compileIntrospection(
  schema: GraphQLSchema,
  {
    document,
    operation,
    selections,
  }: { document: DocumentNode; operation: OperationDefinitionNode; selections: readonly Selection[] },
): Introspect | undefined {
  const fields = introspectionFields(selections);
  if (fields.length === 0) return undefined;
  const selection = fields.map(({ node, planKey }) => ({ ...node, alias: { kind: Kind.NAME, value: planKey } as const }));
  const asked: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections: selection } },
      ...document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION),
    ],
  };
  return (variableValues) => {
    // The schema has no resolvers that could make it wait.
    const { data, errors } = execute({ schema, document: asked, variableValues }) as ExecutionResult;
    if (data == null) throw errors?.[0] ?? new TypeError('introspection gave no data');
    return data;
  };
}

function introspectionFields(selections: readonly Selection[]): FieldSelection[] {
  return selections.flatMap((selection) => {
    if (selection.kind === 'fragment') return introspectionFields(selection.selections);
    return isIntrospection(selection.definition) ? [selection] : [];
  });
}
