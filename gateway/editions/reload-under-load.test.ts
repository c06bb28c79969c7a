import { afterAll, beforeAll, expect, test } from 'vitest';
import { SUPERGRAPH_SDL } from '../../policies/policies.fixture.ts';
import { answerQuery, type Gateway } from '../flow.ts';
import type { QueryLogEntry } from '../querylog/entry.ts';
import { createRefusalLog } from '../querylog/refusal-log.ts';
import { createRecordRejection } from '../record-rejection.ts';
import { RECEIPT, startServer, type TestServer } from '../server/server.fixture.ts';
import { CAPITAL_WITHHELD, NOW, reloadableCity, WITH_MOTTO } from './reloadable-city.fixture.ts';

const LOOK = {
  query: '{ subject(by: { unifiedSocialCreditCode: "91350100M000100Y43" }) { registration { registeredCapital } } }',
};
const NEW_LOOK = { query: LOOK.query.replace('registeredCapital', 'registeredCapital motto') };

let city: Awaited<ReturnType<typeof reloadableCity>>;
let running: TestServer;
const entries: QueryLogEntry[] = [];
let planned = 0;
beforeAll(async () => {
  city = await reloadableCity();
  const clock = () => NOW;
  const queryLog = { append: async (entry: QueryLogEntry) => (entries.push(entry), RECEIPT) };
  const gateway: Gateway = {
    editions: city.editions,
    authenticate: async () => ({ actor: 'PUBLIC', organization: '', developer: false }),
    suspended: { assertNot: () => {} },
    admit: () => ({
      request: async () => {},
      ask: async () => {},
      settle: async () => {},
      refused: async () => {},
      headers: () => ({}),
    }),
    registered: { assertMayRun: () => {} },
    presentAuthorization: async () => undefined,
    authorize: async () => {
      planned += 1;
      return { settle: async () => {}, undo: async () => {} };
    },
    queryLog,
    refusalLog: createRefusalLog({ queryLog, clock }),
    introspectionOpen: false,
    clock,
    reportUnexpected: (error) => expect.fail(String(error)),
  };
  running = await startServer({
    flow: (request) => answerQuery(request, gateway),
    recordRejection: createRecordRejection(gateway),
    schemas: city.editions,
    clock,
    // Each reload compiles for a while on a busy machine, and the queries held meanwhile must not be given up.
    env: { XINQIAO_REQUEST_TIMEOUT_MS: '120000' },
  });
});
afterAll(async () => {
  await running.server.stop();
  await city.close();
});

/** A look as the client sees it: what it was shown, and by which policies. */
async function look(body: { query: string }) {
  const response = await running.post(body);
  const { data, errors, extensions } = (await response.json()) as {
    data?: { subject: { registration: Record<string, unknown> } };
    errors?: { extensions: { code: string } }[];
    extensions: { disclosure: { policyVersion: string } };
  };
  const code = errors?.[0]?.extensions.code;
  return { status: response.status, code, shown: data?.subject.registration, version: extensions.disclosure.policyVersion };
}

function hold(): () => void {
  let release = () => {};
  city.state.answering = new Promise((resolve) => (release = resolve));
  return release;
}

test('queries under way when both are replaced end on what they began with; the next ones ask by the new', async () => {
  const before = city.editions.current();
  expect(await look(NEW_LOOK)).toMatchObject({ status: 400, code: 'INPUT_INVALID' });
  const release = hold();
  city.state.asked.length = 0;
  planned = 0;
  const underWay = Array.from({ length: 20 }, () => look(LOOK));
  // They may travel as one: what counts is that all are planned, and none is answered.
  await expect.poll(() => planned, { timeout: 30_000 }).toBe(20);
  await expect.poll(() => city.state.asked.length).toBeGreaterThan(0);

  city.writePolicy(CAPITAL_WITHHELD);
  city.writeSupergraph(WITH_MOTTO);
  expect(city.editions.reload()).toMatchObject([{ loaded: true }, { loaded: true }]);
  const after = city.editions.current();
  const begun = look(LOOK);
  release();
  for (const answer of await Promise.all(underWay)) {
    expect(answer).toEqual({
      status: 200,
      code: undefined,
      shown: { registeredCapital: '5000000.00' },
      version: before.policy.hash,
    });
  }
  expect(await begun).toMatchObject({ status: 200, shown: { registeredCapital: null }, version: after.policy.hash });

  city.state.asked.length = 0;
  expect(await look(NEW_LOOK)).toMatchObject({ shown: { registeredCapital: null, motto: 'some motto' } });
  expect(city.state.asked.join()).not.toContain('registeredCapital');
}, 60_000);

test('under a storm of reloads no query is dropped, and none is answered by a mixture', async () => {
  const versions = new Map<string, boolean>();
  for (const [withheld, motto] of [
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ] as const) {
    city.writePolicy(withheld ? CAPITAL_WITHHELD : '');
    city.writeSupergraph(motto ? WITH_MOTTO : SUPERGRAPH_SDL);
    city.editions.reload();
    versions.set(city.editions.current().policy.hash, withheld);
  }
  expect(versions.size).toBe(4);

  entries.length = 0;
  const answers: ReturnType<typeof look>[] = [];
  for (let round = 0; round < 12; round++) {
    const release = hold();
    answers.push(...Array.from({ length: 10 }, () => look(LOOK)));
    city.writePolicy(round % 2 === 0 ? CAPITAL_WITHHELD : '');
    city.writeSupergraph(round % 3 === 0 ? WITH_MOTTO : SUPERGRAPH_SDL);
    for (const report of city.editions.reload()) expect(report.loaded).toBe(true);
    answers.push(...Array.from({ length: 10 }, () => look(LOOK)));
    release();
  }
  for (const { status, shown, version } of await Promise.all(answers)) {
    expect(status).toBe(200);
    expect(shown).toEqual({ registeredCapital: versions.get(version) ? null : '5000000.00' });
  }
  expect(entries).toHaveLength(240);
  expect(new Set(entries.map(({ decision }) => decision))).toEqual(new Set(['RELEASED']));
}, 120_000);
