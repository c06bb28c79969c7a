import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SubgraphSdl } from './compose.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * The schema of every department of the project: each folder of subgraphs/ with a schema.graphql, and the shared part
 * before it. `root` is the project's folder. Throws when a file cannot be read.
 */
export function loadSubgraphs(root: string = ROOT): SubgraphSdl[] {
  const shared = readFileSync(join(root, 'schema/shared.graphql'), 'utf8');
  const names = readdirSync(join(root, 'subgraphs')).filter((name) => existsSync(schemaPath(root, name)));
  return names.sort().map((name) => ({ name, sdl: `${shared}\n${readFileSync(schemaPath(root, name), 'utf8')}` }));
}

function schemaPath(root: string, name: string): string {
  return join(root, 'subgraphs', name, 'schema.graphql');
}
