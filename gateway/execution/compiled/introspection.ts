import {
  type DocumentNode,
  execute,
  type ExecutionResult,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { type FieldSelection, isIntrospection, type Selection } from './resolve-selections.ts';

/** Answers the parts of an operation that ask for the schema, wherever it does, under the plan's keys. */
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
  const fields = introspectionFields(selections, new Set());
  if (fields.length === 0) return undefined;
  const selection = fields.map(({ node, planKey }) => ({ ...node, alias: { kind: Kind.NAME, value: planKey } as const }));
  const asked: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      // A mutation may answer the query object, which is asked like any other.
      { ...operation, operation: OperationTypeNode.QUERY, selectionSet: { kind: Kind.SELECTION_SET, selections: selection } },
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

function introspectionFields(selections: readonly Selection[], seen: Set<readonly Selection[]>): FieldSelection[] {
  if (seen.has(selections)) return [];
  seen.add(selections);
  return selections.flatMap((selection) => {
    if (selection.kind === 'field' && isIntrospection(selection.definition)) return [selection];
    return introspectionFields(selection.selections ?? [], seen);
  });
}
