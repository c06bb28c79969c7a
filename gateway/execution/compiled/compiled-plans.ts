import { type DocumentNode, getVariableValues, GraphQLError, type OperationDefinitionNode, visit } from 'graphql';
import { type BoundedCache, createBoundedCache } from '../../disclosure/bounded-cache.ts';
import { compileOperation, type CompiledOperation } from './compile-operation.ts';
import { conditionVariables } from './conditions.ts';
import { type LoadedSupergraph, loadSupergraph } from './supergraph.ts';

/** An operation to find the compiled form of. */
export interface PlanRequest {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** Of the document's text: two documents with one hash are the same. */
  hash: string;
  variables: Readonly<Record<string, unknown>>;
  /** Labels of the progressive overrides that hold for this request, sorted; none, when left out. */
  overrides?: readonly string[];
}

/** A supergraph with the operations compiled against it: one never serves a plan of another. */
export interface CompiledPlans {
  supergraph: LoadedSupergraph;
  /** The compiled operation, made when it is not known or was forgotten. Throws when it cannot be planned. */
  plan(request: PlanRequest): CompiledOperation;
}

/**
 * What an ordinary operation weighs, some 40 fields: a plan's memory grows with its document, and a thousand wide ones, or
 * ones with long lists of values in them, must not fill it.
 */
const WEIGHT_OF_PLAN = 120;
/** Characters of a literal value that weigh as much as a node. */
const CHARACTERS_PER_NODE = 32;

/**
 * Loads a supergraph and keeps at most `capacity` compiled operations of ordinary size, fewer of wide ones, those used last.
 * One operation is compiled for each combination of values of the variables that its conditions name.
 */
export function createCompiledPlans(supergraphSdl: string, capacity: number): CompiledPlans {
  const supergraph = loadSupergraph(supergraphSdl);
  const plans: BoundedCache<{ compiled: CompiledOperation; weight: number }> = createBoundedCache(
    capacity * WEIGHT_OF_PLAN,
    ({ weight }) => Math.max(WEIGHT_OF_PLAN, weight),
  );
  const conditions: BoundedCache<readonly string[]> = createBoundedCache(capacity * WEIGHT_OF_PLAN, (names) =>
    Math.max(WEIGHT_OF_PLAN, names.length),
  );
  return {
    supergraph,
    plan(request) {
      const { document, operation, hash, overrides = [] } = request;
      const names = conditions.remember(hash, () => conditionVariables(document));
      const values = names.length === 0 ? {} : conditionValues(names, request, supergraph);
      const name = operation.name?.value ?? '';
      const key = [hash, name, ...names.map((each) => Number(values[each] === true)), ...overrides].join(' ');
      // Without a wait in it: requests that come for the same operation meanwhile find it compiled.
      return plans.remember(key, () => ({
        compiled: compileOperation(supergraph, { document, operation, conditions: values, overrides }),
        weight: weightOf(document),
      })).compiled;
    },
  };
}

function weightOf(document: DocumentNode): number {
  let weight = 0;
  visit(document, {
    enter(node) {
      weight += 1 + ('value' in node && typeof node.value === 'string' ? node.value.length / CHARACTERS_PER_NODE : 0);
    },
  });
  return weight;
}

/**
 * With the operation's default values (spec, section 6.1.2).
 * @throws GraphQLError for null, which a default makes a valid value of the variable, but not of the condition (section 6.4.1).
 */
function conditionValues(
  names: readonly string[],
  { operation, variables }: PlanRequest,
  { apiSchema }: LoadedSupergraph,
): Record<string, unknown> {
  const definitions = (operation.variableDefinitions ?? []).filter(({ variable }) => names.includes(variable.name.value));
  const { coerced = {} } = getVariableValues(apiSchema, definitions, variables);
  for (const name of names)
    if (coerced[name] === null) throw new GraphQLError(`Variable "$${name}" is null, and a condition must be true or false.`);
  return coerced;
}
