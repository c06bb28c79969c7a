import { randomUUID } from 'node:crypto';
import type { TestProject } from 'vitest/node';
import { openPostgres } from '../../database/postgres.ts';

/** Names the run, and drops what databases and roles its tests left on the real server, when there is one. */
export default function setup(project: TestProject): () => Promise<void> {
  const testRun = randomUUID().slice(0, 8);
  project.provide('testRun', testRun);
  return () => dropLeftovers(testRun);
}

async function dropLeftovers(testRun: string): Promise<void> {
  const url = process.env['XINQIAO_TEST_DATABASE_URL'];
  if (url === undefined) return;
  const server = await openPostgres({ url, connections: 1 });
  const { rows } = await server.query<{ name: string }>('SELECT datname AS name FROM pg_database WHERE datname LIKE $1', [
    `xinqiao_test_${testRun}_%`,
  ]);
  for (const { name } of rows) await server.exec(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  const roles = await server.query<{ name: string }>('SELECT rolname AS name FROM pg_roles WHERE rolname LIKE $1', [
    `xinqiao_test_${testRun}_%`,
  ]);
  for (const { name } of roles.rows) await server.exec(`DROP ROLE IF EXISTS ${name}`);
  await server.close();
}
