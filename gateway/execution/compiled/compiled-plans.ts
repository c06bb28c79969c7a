import { type DocumentNode, getVariableValues, type OperationDefinitionNode, visit } from 'graphql';
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

/** What an ordinary operation weighs: a plan's memory grows with its fields, and a thousand wide ones must not fill it. */
const FIELDS_PER_PLAN = 40;

/**
 * Loads a supergraph and keeps at most `capacity` compiled operations of ordinary size, fewer of wide ones, those used last.
 * One operation is compiled for each combination of values of the variables that its conditions name.
 */
export function createCompiledPlans(supergraphSdl: string, capacity: number): CompiledPlans {
  const supergraph = loadSupergraph(supergraphSdl);
  const plans: BoundedCache<{ compiled: CompiledOperation; fields: number }> = createBoundedCache(
    capacity * FIELDS_PER_PLAN,
    ({ fields }) => Math.max(FIELDS_PER_PLAN, fields),
  );
  const conditions: BoundedCache<readonly string[]> = createBoundedCache(capacity);
  return {
    supergraph,
    plan(request) {
      const { document, operation, hash, overrides = [] } = request;
      const names = conditions.remember(hash, () => conditionVariables(document));
      const values = names.length === 0 ? {} : conditionValues(names, request, supergraph);
      const name = operation.name?.value ?? '';
      const key = [hash, name, ...names.map((each) => Number(values[each] === true)), ...overrides].join(' ');
      return plans.remember(key, () => ({
        compiled: compileOperation(supergraph, { document, operation, conditions: values, overrides }),
        fields: countFields(document),
      })).compiled;
    },
  };
}

function countFields(document: DocumentNode): number {
  let fields = 0;
  visit(document, { Field: () => void fields++ });
  return fields;
}

/** With the operation's default values (spec, section 6.1.2). */
function conditionValues(
  names: readonly string[],
  { operation, variables }: PlanRequest,
  { apiSchema }: LoadedSupergraph,
): Record<string, unknown> {
  const definitions = (operation.variableDefinitions ?? []).filter(({ variable }) => names.includes(variable.name.value));
  const { coerced = {} } = getVariableValues(apiSchema, definitions, variables);
  return coerced;
}
