import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The city's supergraph; with its departments at `addresses`, where they are given by name. */
export function readSupergraph(addresses: Readonly<Record<string, string>> = {}): string {
  const sdl = readFileSync(fileURLToPath(new URL('../../schema/supergraph.graphql', import.meta.url)), 'utf8');
  return Object.entries(addresses).reduce(
    (all, [name, url]) => all.replace(new RegExp(`(name: "${name}", url: )"[^"]*"`), `$1"${url}"`),
    sdl,
  );
}
