import { afterAll, beforeAll, describe } from 'vitest';
import { fourCallers } from './behaviours/four-callers.ts';
import { hardCases } from './behaviours/hard-cases.ts';
import { outages } from './behaviours/outages.ts';
import { policyReload } from './behaviours/policy-reload.ts';
import { refusals } from './behaviours/refusals.ts';
import type { Deployment } from './deployment.ts';
import { openOnServers } from './server-deployment.ts';

const databaseUrl = process.env['XINQIAO_TEST_DATABASE_URL'];
const redisUrl = process.env['XINQIAO_TEST_REDIS_URL'];

describe.skipIf(databaseUrl === undefined || redisUrl === undefined)(
  'PostgreSQL and Redis, every department its own process and database',
  () => {
    let deployment: Deployment;
    beforeAll(async () => {
      deployment = await openOnServers({ databaseUrl: databaseUrl ?? '', redisUrl: redisUrl ?? '' });
    }, 180_000);
    afterAll(() => deployment?.close(), 60_000);

    for (const behave of [fourCallers, hardCases, refusals, outages, policyReload]) behave(() => deployment);
  },
);
