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
import { usesVariables } from '../disclosure/resolve-operation.ts';

/** Elements assumed of a list that neither an argument nor the field around it bounds. */
const ASSUMED_LENGTH = 10;

/** What the cost of an operation depends on besides its variables. The document must have been validated. */
export interface CostedOperation {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
}

type Variables = Readonly<Record<string, unknown>>;

/** The cost of an operation for its coerced variables. */
export type QueryCost = (variables: Variables) => number;

/** A number where no variable decides. */
type Cost = number | QueryCost;

/**
 * Compiles the most values an operation can answer: one a field, times the length of each list around it, which is its `first`
 * argument or as many as a list argument names. Skip and include are taken as shown; introspection counts its fields.
 */
export function compileCost({ schema, document, operation }: CostedOperation): QueryCost {
  const fragments = new Map(
    document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );
  // A selection costs the same wherever it is spread; without this, ten nested spreads of two cost a thousand visits.
  const known = { bounded: new Map<SelectionSetNode, Cost>(), unbounded: new Map<SelectionSetNode, Cost>() };

  function ofSelections(set: SelectionSetNode, type: GraphQLCompositeType | undefined, bounded: boolean): Cost {
    const visited = known[bounded ? 'bounded' : 'unbounded'];
    const cost = visited.get(set) ?? once(sum(set.selections.map((selection) => ofSelection(selection, type, bounded))));
    visited.set(set, cost);
    return cost;
  }

  function ofSelection(
    selection: SelectionSetNode['selections'][number],
    type: GraphQLCompositeType | undefined,
    bounded: boolean,
  ): Cost {
    if (selection.kind === Kind.FIELD) return ofField(selection, type, bounded);
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    return fragment === undefined
      ? 0
      : ofSelections(fragment.selectionSet, conditionType(fragment.typeCondition?.name.value) ?? type, bounded);
  }

  function ofField(node: FieldNode, type: GraphQLCompositeType | undefined, bounded: boolean): Cost {
    const field = isObjectType(type) ? type.getFields()[node.name.value] : undefined;
    const inner = field && getNamedType(field.type);
    const innerType = isCompositeType(inner) ? inner : undefined;
    const below = (within: boolean) => (node.selectionSet ? ofSelections(node.selectionSet, innerType, within) : 0);
    const usual = field && isListType(getNullableType(field.type)) && !bounded ? ASSUMED_LENGTH : 1;
    const sizeOf = field && compileSize(field, node);
    if (typeof sizeOf !== 'function') return timesOnePlus(sizeOf ?? usual, below(sizeOf !== undefined));
    // Left out, the variable bounds neither this list nor what is below.
    const [loose, tight] = [below(false), below(true)];
    return (variables) => {
      const size = sizeOf(variables);
      return (size ?? usual) * (1 + valueOf(size === undefined ? loose : tight, variables));
    };
  }

  function conditionType(name: string | undefined): GraphQLCompositeType | undefined {
    const type = name === undefined ? undefined : schema.getType(name);
    return isCompositeType(type) ? type : undefined;
  }

  const cost = ofSelections(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined, false);
  return (variables) => valueOf(cost, variables);
}

function valueOf(cost: Cost, variables: Variables): number {
  return typeof cost === 'number' ? cost : cost(variables);
}

function sum(costs: readonly Cost[]): Cost {
  const variable = costs.filter((cost) => typeof cost === 'function');
  const fixed = costs.reduce<number>((total, cost) => (typeof cost === 'number' ? total + cost : total), 0);
  if (variable.length === 0) return fixed;
  return (variables) => variable.reduce((total, cost) => total + cost(variables), fixed);
}

function timesOnePlus(factor: number, cost: Cost): Cost {
  return typeof cost === 'number' ? factor * (1 + cost) : (variables) => factor * (1 + cost(variables));
}

/** Works out a cost once for one set of variables. */
function once(cost: Cost): Cost {
  if (typeof cost === 'number') return cost;
  let last: { variables: Variables; value: number } | undefined;
  return (variables) => {
    if (last?.variables !== variables) last = { variables, value: cost(variables) };
    return last.value;
  };
}

type Size = number | undefined;

/** How many elements the arguments ask for, if they say so: `first`, and lists, can; the others are not looked at for every request. */
function compileSize(field: GraphQLField<unknown, unknown>, node: FieldNode): Size | ((variables: Variables) => Size) {
  const args = field.args.filter(({ name, type }) => name === 'first' || isListType(getNullableType(type)));
  const given = (node.arguments ?? []).filter(({ name }) => args.some((argument) => argument.name === name.value));
  const sizeOf = (variables: Variables): Size => {
    const values = Object.entries(getArgumentValues({ ...field, args }, { ...node, arguments: given }, variables));
    const sizes = values.flatMap(([name, value]) => {
      if (name === 'first' && typeof value === 'number') return [Math.max(0, value)];
      return Array.isArray(value) ? [value.length] : [];
    });
    return sizes.length === 0 ? undefined : Math.max(...sizes);
  };
  return usesVariables(given) ? sizeOf : sizeOf({});
}
