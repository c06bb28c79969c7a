import { existsSync } from 'node:fs';
import { type Config, departmentDirectory } from '../../gateway/config.ts';
import { type Department, DEPARTMENTS } from '../../schema/signed-context.ts';

/** A database that holds records of departments, as it is opened and as it is named to people. */
export interface RecordPlace {
  databaseUrl: string | undefined;
  dataDirectory: string;
  /** Server and database, or the directory; never a password. */
  name: string;
  /** The one department it belongs to. */
  department?: Department;
}

/** Where a department's rows go: to the configured server, to the directory it was once served from by itself, or to the gateway's. */
export function recordPlace(config: Config, department?: Department): RecordPlace {
  const { databaseUrl, dataDirectory } = config;
  if (databaseUrl !== undefined) return { databaseUrl, dataDirectory, name: serverName(databaseUrl) };
  const own = department === undefined ? undefined : departmentDirectory(config, department);
  return department !== undefined && own !== undefined && existsSync(own)
    ? { databaseUrl, dataDirectory: own, name: own, department }
    : { databaseUrl, dataDirectory, name: dataDirectory };
}

/** Every place where rows may wait: the gateway's, and each department's own. */
export function recordPlaces(config: Config): RecordPlace[] {
  const places = DEPARTMENTS.map((department) => recordPlace(config, department));
  return [recordPlace(config), ...places.filter(({ department }) => department !== undefined)];
}

function serverName(databaseUrl: string): string {
  const { host, pathname } = new URL(databaseUrl);
  return `${host}${pathname}`;
}
