import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningCommand, startCommand } from '../support/command.ts';
import { openRedisStandIn } from '../support/redis-stand-in.ts';
import { askAt } from './deployment.ts';

/** A process starts in two seconds where it is alone, and in many where eight others are starting. */
const PROCESSES_MS = 120_000;
const DOWN = '"msg":"Redis does not answer: each process counts quotas and remembers proofs for itself"';
const BACK = '"msg":"Redis answers again"';

let folder: string;
let port: number;
let gateway: RunningCommand;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xinqiao-redis-'));
  port = await freePort();
  gateway = startCommand(['start', '--empty'], {
    PORT: '0',
    XINQIAO_DATA: join(folder, 'data'),
    REDIS_URL: `redis://127.0.0.1:${port}`,
  });
  url = await gateway.untilReady();
}, PROCESSES_MS);
afterAll(async () => {
  await gateway?.stop('SIGKILL');
  await rm(folder, { recursive: true, force: true });
}, PROCESSES_MS);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function health() {
  const { ready, checks } = (await (await fetch(`${url}/health/ready`)).json()) as {
    ready: boolean;
    checks: Record<string, boolean>;
  };
  return { ready, quotas: checks['quotas'], proofs: checks['proofs'] };
}

test('a Redis that is not there is known before anybody asks, and told of once, as is its return', {
  timeout: PROCESSES_MS,
}, async () => {
  expect(await health()).toEqual({ ready: true, quotas: false, proofs: false });
  expect(await gateway.untilSaid(DOWN)).toContain(`"reason":"connect ECONNREFUSED 127.0.0.1:${port}"`);
  // Counted alone: that must not outlast the outage when nobody asks afterwards.
  expect((await askAt(url, { query: '{ __typename }' })).status).toBe(200);

  const redis = await openRedisStandIn(port);
  await gateway.untilSaid(BACK);
  expect(await health()).toEqual({ ready: true, quotas: true, proofs: true });
  await redis.close();
  await gateway.untilSaid(DOWN, 2);
  expect(await health()).toEqual({ ready: true, quotas: false, proofs: false });
  expect(gateway.lines.filter((line) => line.includes(BACK) || line.includes(DOWN))).toHaveLength(3);
});
