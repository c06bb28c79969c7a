import apolloGateway, { type GatewayConfig } from '@apollo/gateway';
import { getOperationAST, type GraphQLSchema } from 'graphql';
import { silenceVendorTelemetry } from './silence-vendor-telemetry.ts';
import { departmentDataSource, type QueryScope } from '../../gateway/execution/department-data-source.ts';
import type { DepartmentExecutionOptions } from '../../gateway/execution/department-execution.ts';
import type { DepartmentFailure, Execution, RawAnswer } from '../../gateway/execution/execution.ts';
import { resilient } from '../../gateway/execution/resilient-department.ts';

/** Raw data by the stock gateway's executor: the oracle that owes nothing to the compiled one. */
export interface ApolloExecution {
  schema: GraphQLSchema;
  execute(...args: Parameters<Execution['execute']>): Promise<Pick<RawAnswer, 'data' | 'failures'>>;
  close(): Promise<void>;
}

/** Joins the same departments with `@apollo/gateway` as it is shipped. */
export async function createApolloExecution(options: DepartmentExecutionOptions): Promise<ApolloExecution> {
  const { supergraphSdl, departments, signContext, timeouts } = options;
  silenceVendorTelemetry();
  const gateway = new apolloGateway.ApolloGateway({
    supergraphSdl,
    buildService: ({ name }) => {
      const ask = departmentDataSource(
        name,
        resilient(name, departments[name]!, { timeoutMs: timeouts.department, observe: () => {} }),
      );
      return {
        process: async ({ request: { query = '', variables = {}, operationName }, context }) =>
          (await ask(
            { query, variables, ...(operationName !== undefined && { operationName }) },
            context as unknown as QueryScope,
          )) as never,
      };
    },
    logger: SILENT,
  } satisfies GatewayConfig);
  const { executor, schema } = await gateway.load();
  return {
    schema,
    async execute(operation, variables, { requestId, signal, caller, purpose }) {
      const { actor, organization, department, subject } = caller;
      const scope: QueryScope = {
        requestId,
        signal,
        idempotent: true,
        contextToken: (audience) =>
          signContext({
            audience,
            actor,
            organization,
            ...(department !== undefined && { department: department as never }),
            purpose: purpose.code,
            ...(subject !== undefined && { subject }),
          }),
        asked: new Set(),
        unavailable: new Set(),
      };
      const { data, errors = [] } = await executor({
        request: { query: operation.text, variables, ...(operation.name !== null && { operationName: operation.name }) },
        document: operation.document,
        queryHash: operation.hash,
        source: operation.text,
        operation: getOperationAST(operation.document, operation.name),
        operationName: operation.name,
        schema,
        context: scope,
        metrics: {},
        logger: SILENT,
      } as unknown as Parameters<typeof executor>[0]);
      const failures = errors.map(({ path = [], extensions }) => ({
        path,
        department: String(extensions?.['serviceName']),
        code: extensions?.['code'] as DepartmentFailure['code'],
      }));
      return { data: data ?? null, failures };
    },
    close: () => gateway.stop(),
  };
}

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
