import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  type TypeNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/**
 * The operation with other selections, as it is sent on, and the names of its variables that they use. Without those variables' defaults: the
 * values have them already, and what is governed is the values; a department must not learn of the client's text what nobody has looked at.
 * Where null may not stand, only its default let a variable stand that may be null: without it, it is one that may not.
 */
export function sentDocument(
  { operation: type, name, variableDefinitions = [] }: OperationDefinitionNode,
  selections: readonly FieldNode[],
  schema: GraphQLSchema,
): { document: DocumentNode; variableNames: ReadonlySet<string> } {
  const sent = {
    kind: Kind.OPERATION_DEFINITION,
    operation: type,
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  } as const;
  const { used, demanded } = variablesIn(sent, schema);
  const operation: OperationDefinitionNode = {
    ...sent,
    ...(name && { name }),
    variableDefinitions: variableDefinitions
      .filter(({ variable }) => used.has(variable.name.value))
      .map(({ kind, variable, type }) => ({ kind, variable, type: demanded.has(variable.name.value) ? nonNull(type) : type })),
  };
  return { document: { kind: Kind.DOCUMENT, definitions: [operation] }, variableNames: used };
}

/** Names of the variables of an operation, and of those that stand where null may not and no default of the schema's does for it. */
function variablesIn(operation: OperationDefinitionNode, schema: GraphQLSchema) {
  const used = new Set<string>();
  const demanded = new Set<string>();
  const types = new TypeInfo(schema);
  visit(
    operation,
    visitWithTypeInfo(types, {
      Variable({ name }) {
        used.add(name.value);
        if (isNonNullType(types.getInputType()) && types.getDefaultValue() === undefined) demanded.add(name.value);
      },
    }),
  );
  return { used, demanded };
}

function nonNull(type: TypeNode): TypeNode {
  return type.kind === Kind.NON_NULL_TYPE ? type : { kind: Kind.NON_NULL_TYPE, type };
}
