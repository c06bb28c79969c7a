import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Db } from './db.ts';
import { migrate } from './migrate.ts';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

/** One owner's schema and the folder of its migrations. */
export interface OwnedSchema {
  schemaName: string;
  folder: string;
}

/** Every schema of the project: one a department (`subgraphs/<code>/migrations`, `-` written `_`), the query log's, that of its read model and that of reviews. */
export async function findSchemas(): Promise<OwnedSchema[]> {
  const codes = (await readdir(path.join(PROJECT, 'subgraphs'), { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  const departments = codes
    .sort()
    .map((code) => ({ schemaName: code.replaceAll('-', '_'), folder: path.join(PROJECT, 'subgraphs', code, 'migrations') }));
  const gateways = ['querylog', 'audit', 'review', 'suspension', 'authorizations', 'operations', 'exports', 'notifications'].map(
    (name) => ({
      schemaName: name,
      folder: path.join(PROJECT, 'gateway', name, 'migrations'),
    }),
  );
  return [...departments, ...gateways].filter(({ folder }) => existsSync(folder));
}

/** Brings every schema of the project up to date in one database, as the embedded mode has it. */
export async function migrateAll(db: Db): Promise<void> {
  for (const { folder, schemaName } of await findSchemas()) await migrate(db, folder, schemaName);
}
