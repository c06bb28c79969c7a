import apolloGateway, { type GatewayConfig } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { env } from 'node:process';
import { Pool } from 'undici';
import { silenceVendorTelemetry } from '../../gateway/editions/silence-vendor-telemetry.ts';
import { readSupergraph } from '../city/supergraph.ts';
import type { ContenderSettings } from '../harness/settings.ts';

/** `@apollo/server` in front of `@apollo/gateway`: as shipped, or with one undici pool a department in place of its HTTP client. */
const { addresses, variant } = JSON.parse(env['BENCH_CONTENDER'] ?? '{}') as ContenderSettings;
const CONNECTIONS = 32;

silenceVendorTelemetry();
const gateway = new apolloGateway.ApolloGateway({
  supergraphSdl: readSupergraph(addresses),
  ...(variant === 'undici' && { buildService: pooled }),
} satisfies GatewayConfig);
const server = new ApolloServer({ gateway, stopOnTerminationSignals: false });
const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port: 0 } });
process.send?.({ url });
process.on('disconnect', () => process.exit());

function pooled({ url = '' }: { url?: string | undefined }): ReturnType<NonNullable<GatewayConfig['buildService']>> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: CONNECTIONS });
  const headers = { 'content-type': 'application/json' };
  return {
    async process({ request: { query, variables } }) {
      const body = JSON.stringify({ query, variables });
      const response = await pool.request({ method: 'POST', path: pathname, headers, body });
      return JSON.parse(await response.body.text()) as never;
    },
  };
}
