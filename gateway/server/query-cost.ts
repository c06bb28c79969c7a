import {
  type DocumentNode,
  type FieldNode,
  getArgumentValues,
  getNamedType,
  getNullableType,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  isCompositeType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** Elements assumed of a list that neither an argument nor the field around it bounds. */
const ASSUMED_LENGTH = 10;

/** What the cost of an operation depends on. The document must have been validated, the variables coerced. */
export interface CostedOperation {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Readonly<Record<string, unknown>>;
}

/**
 * The most values an operation can answer: one a field, times the length of each list around it, which is its `first`
 * argument or as many as a list argument names. Skip and include are taken as shown; introspection counts its fields.
 */
export function queryCost({ schema, document, operation, variables }: CostedOperation): number {
  const fragments = new Map(
    document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );
  // A fragment costs the same wherever it is spread; without this, ten nested spreads of two cost a thousand visits.
  const known = new Map<string, number>();

  function ofSelections({ selections }: SelectionSetNode, type: GraphQLCompositeType | undefined, bounded: boolean): number {
    let cost = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) cost += ofField(selection, type, bounded);
      else if (selection.kind === Kind.INLINE_FRAGMENT)
        cost += ofSelections(selection.selectionSet, conditionType(selection.typeCondition?.name.value) ?? type, bounded);
      else cost += ofFragment(selection.name.value, bounded);
    }
    return cost;
  }

  function ofFragment(name: string, bounded: boolean): number {
    const key = `${bounded} ${name}`;
    const fragment = fragments.get(name);
    const cost =
      known.get(key) ??
      (fragment ? ofSelections(fragment.selectionSet, conditionType(fragment.typeCondition.name.value), bounded) : 0);
    known.set(key, cost);
    return cost;
  }

  function ofField(node: FieldNode, type: GraphQLCompositeType | undefined, bounded: boolean): number {
    const field = isObjectType(type) ? type.getFields()[node.name.value] : undefined;
    const size = field && sizeArgument(field, node, variables);
    const inner = field && getNamedType(field.type);
    const below = node.selectionSet
      ? ofSelections(node.selectionSet, isCompositeType(inner) ? inner : undefined, size !== undefined)
      : 0;
    const length = size ?? (field && isListType(getNullableType(field.type)) && !bounded ? ASSUMED_LENGTH : 1);
    return length * (1 + below);
  }

  function conditionType(name: string | undefined): GraphQLCompositeType | undefined {
    const type = name === undefined ? undefined : schema.getType(name);
    return isCompositeType(type) ? type : undefined;
  }

  return ofSelections(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined, false);
}

/** How many elements the arguments ask for, if they say so. */
function sizeArgument(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  variables: Readonly<Record<string, unknown>>,
): number | undefined {
  const values = Object.entries(getArgumentValues(field, node, variables));
  const sizes = values.flatMap(([name, value]) => {
    if (name === 'first' && typeof value === 'number') return [Math.max(0, value)];
    return Array.isArray(value) ? [value.length] : [];
  });
  return sizes.length === 0 ? undefined : Math.max(...sizes);
}
