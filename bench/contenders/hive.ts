import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { env } from 'node:process';
import { readSupergraph } from '../city/supergraph.ts';
import type { ContenderSettings } from '../harness/settings.ts';

/** Hive Gateway as a library over `node:http`, with its planner in JavaScript or in Rust; its packages are those of `bench/rivals`. */
const { addresses, variant } = JSON.parse(env['BENCH_CONTENDER'] ?? '{}') as ContenderSettings;

interface GatewayRuntime {
  createGatewayRuntime(options: Readonly<Record<string, unknown>>): RequestListener;
}
interface RouterRuntime {
  unifiedGraphHandler: unknown;
}

const rivals = createRequire(new URL('../rivals/package.json', import.meta.url));
const { createGatewayRuntime } = rivals('@graphql-hive/gateway-runtime') as GatewayRuntime;
const gateway = createGatewayRuntime({
  supergraph: readSupergraph(addresses),
  logging: false,
  ...(variant === 'rust' && {
    unifiedGraphHandler: (rivals('@graphql-hive/router-runtime') as RouterRuntime).unifiedGraphHandler,
  }),
});
const server = createServer(gateway);
server.listen(0, '127.0.0.1', () =>
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql` }),
);
process.on('disconnect', () => process.exit());
