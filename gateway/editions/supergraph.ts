import apolloGateway, { type GatewayConfig, type SupergraphSdlUpdateFunction } from '@apollo/gateway';
import { silenceVendorTelemetry } from './silence-vendor-telemetry.ts';

/** The supergraph in force, as `@apollo/gateway` holds it. */
export interface Supergraph {
  readonly sdl: string;
  /**
   * Puts another in its place. `accept` is told once it is known to be a valid supergraph, and may throw.
   * @throws what is wrong with it, or what `accept` throws; then the old one stays.
   */
  replace(sdl: string, accept: () => void): void;
  close(): Promise<void>;
}

/**
 * Loads a supergraph through `@apollo/gateway`, which validates it and falls back to the one before when it is bad. It
 * executes nothing: plans are ours, over the SDL that it accepted. Rejects when it is not a valid supergraph.
 */
export async function openSupergraph(supergraphSdl: string): Promise<Supergraph> {
  silenceVendorTelemetry();
  let update: SupergraphSdlUpdateFunction = unloaded;
  let sdl = supergraphSdl;
  const gateway = new apolloGateway.ApolloGateway({
    supergraphSdl: async (manager) => {
      update = manager.update;
      return { supergraphSdl };
    },
    buildService: () => NEVER_ASKED,
    // Its default looks at NODE_ENV, and is off in production.
    validateSupergraph: true,
    // What it has to say of a supergraph it throws; the rest is noise.
    logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  } satisfies GatewayConfig);
  gateway.onSchemaLoadOrUpdate(({ coreSupergraphSdl }) => {
    sdl = coreSupergraphSdl;
  });
  await gateway.load();
  return {
    get sdl() {
      return sdl;
    },
    replace(next, accept) {
      const before = sdl;
      update(next);
      try {
        accept();
      } catch (error) {
        update(before);
        throw error;
      }
    },
    close: () => gateway.stop(),
  };
}

/** A query that came to departments by this way would come around disclosure, signature and log. */
const NEVER_ASKED = {
  process: () => Promise.reject(new Error('departments are asked by compiled plans alone')),
};

function unloaded(): never {
  throw new Error('the supergraph was not loaded');
}
