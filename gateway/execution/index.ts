import { createHash } from 'node:crypto';
import { type DocumentNode, getOperationAST, getVariableValues, GraphQLError, type GraphQLSchema, print } from 'graphql';
import type { ExecutionAnswer } from './compiled/compile-operation.ts';
import { createCompiledPlans } from './compiled/compiled-plans.ts';
import type { SubgraphAnswer, SubgraphRequest } from './compiled/run.ts';

export type { ExecutionAnswer, ExecutionError } from './compiled/compile-operation.ts';
export type { SubgraphAnswer, SubgraphError, SubgraphRequest } from './compiled/run.ts';

/**
 * Asks one subgraph; `context` is what `execute` was given. A rejection becomes an error of the fields it left out. A transport that has a
 * request `recognize` its answer makes values of ours of it, which JSON.stringify writes.
 */
export type Transport<Context> = (subgraph: string, request: SubgraphRequest, context: Context) => Promise<SubgraphAnswer>;

export interface FederatedExecutionOptions<Context> {
  supergraphSdl: string;
  transport: Transport<Context>;
  /**
   * Whether a progressive override, `@override(label:)`, holds for a request; when left out, `percent(N)` is drawn anew for each
   * request and every other label is off.
   */
  override?: (label: string, context: Context) => boolean;
  /** Compiled operations that are kept; 1,000 when left out. */
  maxPlans?: number;
}

/** One request. The document must be valid against the API schema. */
export interface FederatedRequest<Context> {
  document: DocumentNode;
  operationName?: string | null;
  variables?: Readonly<Record<string, unknown>>;
  context: Context;
  /** Identifies the document's text; computed once per document object when left out. */
  hash?: string;
}

/** Answers operations over one supergraph. */
export interface FederatedExecution<Context> {
  /** What clients query now. */
  readonly apiSchema: GraphQLSchema;
  /** Subgraphs of the supergraph. */
  readonly subgraphs: readonly string[];
  /** Never rejects; what goes wrong is among the errors, and a request that cannot be executed has no data. */
  execute(request: FederatedRequest<Context>): Promise<ExecutionAnswer>;
  /** Replaces the supergraph for the next request; requests under way end on the old one. Throws and keeps the old one when it cannot be used. */
  update(supergraphSdl: string): void;
}

const MAX_PLANS = 1_000;

/**
 * Executes operations over a federation's supergraph with compiled plans; usable without the rest of the gateway.
 * @throws when the supergraph cannot be used.
 */
export function createExecution<Context = unknown>(options: FederatedExecutionOptions<Context>): FederatedExecution<Context> {
  const { transport, override = drawn, maxPlans = MAX_PLANS } = options;
  const hashes = new WeakMap<DocumentNode, string>();
  let plans = createCompiledPlans(options.supergraphSdl, maxPlans);
  return {
    get apiSchema() {
      return plans.supergraph.apiSchema;
    },
    get subgraphs() {
      return plans.supergraph.subgraphs;
    },
    async execute({ document, operationName, variables = {}, context, hash = hashOf(document, hashes) }) {
      const { apiSchema, overrideLabels } = plans.supergraph;
      const operation = getOperationAST(document, operationName);
      if (operation == null) return failed(new GraphQLError('The operation to execute is not in the document.'));
      const { errors } = getVariableValues(apiSchema, operation.variableDefinitions ?? [], variables);
      if (errors) return failed(...errors);
      try {
        const overrides = overrideLabels.filter((label) => override(label, context));
        const plan = plans.plan({ document, operation, hash, variables, overrides });
        return (await plan.run(variables, (subgraph, request) => transport(subgraph, request, context))).complete();
      } catch (error) {
        return failed(error instanceof Error ? error : new GraphQLError('The operation could not be executed.'));
      }
    },
    update(supergraphSdl) {
      plans = createCompiledPlans(supergraphSdl, maxPlans);
    },
  };
}

function drawn(label: string): boolean {
  const share = /^percent\((\d{1,3}(?:\.\d{1,8})?)\)$/.exec(label)?.[1];
  return share !== undefined && Math.random() * 100 < Number(share);
}

function hashOf(document: DocumentNode, known: WeakMap<DocumentNode, string>): string {
  const hash = known.get(document) ?? createHash('sha256').update(print(document)).digest('hex');
  known.set(document, hash);
  return hash;
}

function failed(...errors: readonly Error[]): ExecutionAnswer {
  return {
    data: null,
    errors: errors.map((error) => ({
      message: error.message,
      extensions: error instanceof GraphQLError ? error.extensions : {},
    })),
  };
}
