import type { GraphQLSchema } from 'graphql';
import type { PolicySet } from '../../policies/policy-set.ts';
import type { PlanDisclosure } from '../disclosure/plan-disclosure.ts';
import type { Execution } from '../execution/execution.ts';

/** The composed schema: what clients query, and the supergraph it came from. */
export interface CurrentSchema {
  apiSchema: GraphQLSchema;
  supergraphSdl: string;
}

/**
 * One supergraph, the policies that decide its fields, and all that is planned and compiled against the two. A query is
 * answered by one edition from beginning to end, whatever is reloaded meanwhile.
 */
export interface Edition {
  readonly schema: CurrentSchema;
  readonly policy: PolicySet;
  readonly planDisclosure: PlanDisclosure;
  readonly execution: Execution;
}

/** The schema in force, for whoever validates documents. */
export interface SchemaSource {
  readonly schema: CurrentSchema;
  /** Calls back with every later schema; answers the way to stop. */
  onSchema(listener: (schema: CurrentSchema) => void): () => void;
}
