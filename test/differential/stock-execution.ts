import apolloGateway, { type GatewayConfig } from '@apollo/gateway';
import { createHash } from 'node:crypto';
import { type DocumentNode, getOperationAST, print } from 'graphql';
import { silenceVendorTelemetry } from '../../gateway/editions/silence-vendor-telemetry.ts';
import type { Ask } from './subgraph-data.ts';

/** An answer of the stock executor; what it knows to be wrong with the data it hides in an extension. */
export interface StockAnswer {
  data?: Record<string, unknown> | null;
  errors?: readonly StockError[];
  extensions?: { valueCompletion?: readonly StockError[] };
}

interface StockError {
  message: string;
  path?: readonly (string | number)[];
  extensions?: Record<string, unknown>;
}

/** `@apollo/gateway` over the same subgraphs, as the oracle. */
export async function createStockExecution(supergraphSdl: string, subgraphs: Readonly<Record<string, Ask>>) {
  silenceVendorTelemetry();
  const gateway = new apolloGateway.ApolloGateway({
    supergraphSdl,
    buildService: ({ name }) => ({
      process: async ({ request: { query = '', variables = {}, operationName } }) =>
        (await subgraphs[name]!({ query, variables, ...(operationName !== undefined && { operationName }) })) as never,
    }),
    logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  } satisfies GatewayConfig);
  const { executor } = await gateway.load();
  return {
    schema: gateway.schema!,
    async execute(document: DocumentNode, variables: Readonly<Record<string, unknown>>): Promise<StockAnswer> {
      const operation = getOperationAST(document)!;
      const text = print(document);
      return (await executor({
        request: { query: text, variables },
        document,
        queryHash: createHash('sha256').update(text).digest('hex'),
        source: text,
        operation,
        operationName: operation.name?.value ?? null,
        schema: gateway.schema,
        context: {},
        metrics: {},
        logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      } as unknown as Parameters<typeof executor>[0])) as StockAnswer;
    },
    stop: () => gateway.stop(),
  };
}
