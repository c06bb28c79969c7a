import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPostgres } from '../../database/postgres.ts';
import { DEPARTMENTS } from '../../schema/signed-context.ts';
import { exports } from './behaviours/exports.ts';
import { fourCallers } from './behaviours/four-callers.ts';
import { hardCases } from './behaviours/hard-cases.ts';
import { oneLoan } from './behaviours/one-loan.ts';
import { outages } from './behaviours/outages.ts';
import { policyReload } from './behaviours/policy-reload.ts';
import { operations } from './behaviours/operations.ts';
import { refusals } from './behaviours/refusals.ts';
import { reviews } from './behaviours/reviews.ts';
import { sealedNames } from './behaviours/sealed-names.ts';
import { suspensions } from './behaviours/suspensions.ts';
import { openOnServers, type ServerDeployment } from './server-deployment.ts';

const databaseUrl = process.env['XINQIAO_TEST_DATABASE_URL'];
const redisUrl = process.env['XINQIAO_TEST_REDIS_URL'];

describe.runIf(databaseUrl !== undefined && redisUrl !== undefined)(
  'PostgreSQL and Redis, every department its own process and database',
  () => {
    let deployment: ServerDeployment;
    beforeAll(async () => {
      deployment = await openOnServers({ databaseUrl: databaseUrl ?? '', redisUrl: redisUrl ?? '' });
    }, 180_000);
    afterAll(() => deployment?.close(), 60_000);

    for (const behave of [
      fourCallers,
      hardCases,
      refusals,
      suspensions,
      reviews,
      operations,
      exports,
      sealedNames,
      oneLoan,
      outages,
      policyReload,
    ])
      behave(() => deployment);

    test('an office with a database of its own finds the subject of an old number through the gateway, on the record', async () => {
      const { manifest, log, run } = deployment;
      const unmatched = manifest.files.find(({ category }) => category === 'licenses')?.unmatched;
      expect(deployment.settled).toMatchObject({ settled: 1, waiting: unmatched });
      const { rows } = await log.query<{ canonical: string }>('select canonical from querylog.entry order by seq limit 1');
      expect(JSON.parse(rows[0]?.canonical ?? '')).toMatchObject({
        caller: { organization: `licensing-bureau-${run}`, department: 'licensing', operator: 'import' },
        purpose: 'DATA_QUALITY',
        decision: 'RELEASED',
        subjects: { returned: [expect.stringMatching(/^o-/)] },
      });
    });

    test.each(DEPARTMENTS)('%s answers nobody but the gateway, not even about its schema', async (department) => {
      const { statusCode, body } = await request(deployment.departmentUrl(department), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ _service { sdl } }' }),
      });
      expect(statusCode).toBe(401);
      expect(await body.json()).toMatchObject({ errors: [{ extensions: { code: 'CONTEXT_REQUIRED' } }] });
    });

    test('no department enters the database of another, nor the gateway theirs', async () => {
      const doors = [
        ['registry', 'tax'],
        ['querylog', 'tax'],
        ['tax', 'querylog'],
      ] as const;
      for (const [owner, account] of doors) {
        await expect(openPostgres({ url: deployment.databaseUrlAs(owner, account), connections: 1 })).rejects.toMatchObject({
          name: 'DatabaseError',
          sqlState: '42501',
        });
      }
    });
  },
);
