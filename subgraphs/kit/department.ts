import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { GraphQLResolveInfo } from 'graphql';
import type { Department as DepartmentCode, GatewaySubgraph } from '../../schema/signed-context.ts';
import { loadAccepts } from './accepts.ts';
import type { Accepts } from './accepts.ts';
import type { DepartmentContext } from './department-context.ts';
import type { DatedRecords } from './keep-to-period.ts';

/** A department's code, or that of a subgraph of the gateway's own. */
type SubgraphName = DepartmentCode | GatewaySubgraph;

/** A department: everything that is its own, read from its folder. */
export interface Department<Name extends SubgraphName = SubgraphName> {
  /** Code, subgraph name and the audience of its signed contexts. */
  readonly name: Name;
  /** Official name. */
  readonly title: string;
  /** schema/shared.graphql and the department's schema.graphql. */
  readonly sdl: string;
  /** Its SQL schema: the code with `_` for `-`. */
  readonly schemaName: string;
  /** Folder of its numbered migrations. */
  readonly migrations: string;
  readonly accepts: Accepts;
  readonly resolvers: Resolvers;
  readonly dated: DatedRecords;
}

/** A field's resolver; `never` lets each name its own source and arguments. */
export type Resolver = (source: never, args: never, context: DepartmentContext, info: GraphQLResolveInfo) => unknown;
/** Resolvers by type and field. Fields that are columns of their row need none. */
export type Resolvers = Readonly<Record<string, Readonly<Record<string, Resolver>>>>;

/**
 * Puts a department together from its folder (`new URL('.', import.meta.url)`), which holds schema.graphql, accepts.yaml
 * and migrations/; `dated` are its records of a day, which are not public in every part. Throws when a file is missing or
 * accepts.yaml is not valid.
 */
export function defineDepartment<Name extends SubgraphName>(
  parts: Pick<Department<Name>, 'name' | 'title' | 'resolvers'> & { dated?: DatedRecords; folder: URL },
): Department<Name> {
  const { name, title, resolvers, dated = {}, folder } = parts;
  const shared = readFileSync(new URL('../../schema/shared.graphql', import.meta.url), 'utf8');
  const own = readFileSync(new URL('schema.graphql', folder), 'utf8');
  return Object.freeze({
    name,
    title,
    sdl: `${shared}\n${own}`,
    schemaName: name.replaceAll('-', '_'),
    migrations: fileURLToPath(new URL('migrations', folder)),
    accepts: loadAccepts(new URL('accepts.yaml', folder), name),
    resolvers,
    dated,
  });
}
