import composition from '@apollo/composition';
import { parse } from 'graphql';
import { crossFaults } from './composition/cross-rules.ts';
import { descriptionFaults } from './composition/descriptions.ts';
import type { CompositionFault } from './composition/fault.ts';
import type { SubgraphDocument } from './composition/subgraph-rules.ts';
import { subgraphFaults } from './composition/subgraph-rules.ts';

// CommonJS: its names are not visible to an ES module import.
const { composeServices } = composition;

/** One department's schema: the shared part and its own. */
export interface SubgraphSdl {
  name: string;
  sdl: string;
}

/** A supergraph, or every reason why there is none. */
export type Composition =
  | { ok: true; supergraphSdl: string; hints: readonly string[] }
  | { ok: false; faults: readonly CompositionFault[] };

/**
 * Composes the departments' schemas into one supergraph, in alphabetical order of their names, so that the result does
 * not depend on the order they are given in. Refuses what could not be governed: see {@link CompositionFault}.
 * `masks` are the names in policies/masks.yaml. Never throws for a faulty schema.
 */
export function composeSupergraph(subgraphs: readonly SubgraphSdl[], masks: ReadonlySet<string>): Composition {
  const faults: CompositionFault[] = [];
  const documents = [...subgraphs].sort((a, b) => (a.name < b.name ? -1 : 1)).flatMap((subgraph) => parsed(subgraph, faults));
  faults.push(...documents.flatMap((subgraph) => subgraphFaults(subgraph, masks)));
  faults.push(...crossFaults(documents), ...descriptionFaults(documents));
  return faults.length > 0 ? { ok: false, faults: distinct(faults) } : federate(documents);
}

function parsed({ name, sdl }: SubgraphSdl, faults: CompositionFault[]): SubgraphDocument[] {
  try {
    return [{ name, document: parse(sdl) }];
  } catch (error) {
    faults.push({ code: 'SDL_INVALID', subgraph: name, coordinate: '', message: messageOf(error) });
    return [];
  }
}

function federate(documents: readonly SubgraphDocument[]): Composition {
  const services = documents.map(({ name, document }) => ({ name, url: addressOf(name), typeDefs: document }));
  const result = composeServices(services);
  if (result.supergraphSdl !== undefined) {
    const hints = result.hints.map((hint) => hint.toString());
    return { ok: true, supergraphSdl: `${result.supergraphSdl.trimEnd()}\n`, hints };
  }
  const faults = (result.errors ?? []).map((error): CompositionFault => {
    return { code: 'NOT_COMPOSABLE', subgraph: '', coordinate: String(error.extensions['code'] ?? ''), message: error.message };
  });
  return { ok: false, faults };
}

/** A name, not an address: where a department listens is configuration, and never part of the schema. */
function addressOf(name: string): string {
  return `xinqiao://${name}`;
}

/** The shared part is in every subgraph; a fault in it is reported once. */
function distinct(faults: readonly CompositionFault[]): CompositionFault[] {
  const seen = new Map(faults.map((fault) => [`${fault.code} ${fault.coordinate} ${fault.message}`, fault]));
  return [...seen.values()];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
