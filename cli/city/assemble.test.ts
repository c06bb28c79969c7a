import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { loadConfig } from '../../gateway/config.ts';
import { createLogger } from '../../gateway/server/logger.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { assembleCity } from './assemble.ts';

let folder: string;
let db: Db;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assemble-'));
  db = await openTestDatabase();
});
afterAll(async () => {
  await db.close();
  await rm(folder, { recursive: true });
});

/** The same database, on a server whose clock is an hour behind: this machine's is ahead of it. */
const behind = (db: Db): Db => ({
  kind: db.kind,
  query: (sql, ...rest) => db.query(sql.replace('clock_timestamp()', "clock_timestamp() - interval '1 hour'"), ...rest),
  transaction: (work) => db.transaction(work),
  exec: (sql) => db.exec(sql),
  close: () => db.close(),
});

test('by a clock that is wrong nobody is answered, and readiness names it', async () => {
  const config = loadConfig({ NODE_ENV: 'test', PORT: '0', XINQIAO_DATA: folder });
  const city = await assembleCity({ config, db: behind(db), logger: createLogger(config) });
  const url = await city.server.start();
  const ready = await fetch(`${url}/health/ready`);
  expect([ready.status, await ready.json()]).toMatchObject([503, { ready: false, checks: { log: true, clock: false } }]);
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ __typename }' }),
  });
  expect([answer.status, await answer.json()]).toMatchObject([
    503,
    { errors: [{ extensions: { code: 'LOG_UNAVAILABLE' } }], extensions: { disclosure: { receipt: null } } },
  ]);
  await city.stop();
});
