import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from './server.fixture.ts';

let running: TestServer;
beforeAll(async () => {
  running = await startServer();
});
afterAll(() => running.server.stop());

describe('GraphQL over HTTP', () => {
  const audits = serverAudits({ url: () => `${running.url}/graphql` });

  test('is audited in full', () => expect(audits).toHaveLength(61));

  test.each(audits.map((audit) => [audit.id, audit.name, audit] as const))('%s %s', async (_id, name, audit) => {
    const result = await audit.fn();
    // A `notice` is an optional feature we do without on purpose: GET.
    const accepted = /\bGETs?\b/.test(name) ? ['ok', 'notice'] : ['ok'];
    expect(accepted, 'reason' in result ? result.reason : '').toContain(result.status);
  });
});
