import { expect, test } from 'vitest';

import { testPolicies, testPurpose } from '../test/support/purposes.ts';
import { testRequest } from '../test/support/tokens.ts';
import { createAdmit } from './authorization/authorize.ts';
import { createQuotas } from './authorization/quotas.ts';
import type { Edition } from './editions/edition.ts';
import { GatewayError } from './errors.ts';
import { answerQuery, type Gateway } from './flow.ts';
import type { QueryLogEntry } from './querylog/entry.ts';
import { createRefusalLog } from './querylog/refusal-log.ts';
import type { QueryRequest } from './request.ts';

const RECEIPT = { origin: 'x', index: '0', leafHash: 'aa' };
const REVEALED = { treatment: 'REVEAL', rule: 'R-1', basis: [] };
const clock = () => Date.UTC(2026, 4, 1);

/** A gateway with real quotas, whose planner refuses everything it is asked. */
function gatewayOf(authenticate: Gateway['authenticate'], append?: () => Promise<never>) {
  const entries: QueryLogEntry[] = [];
  const planned: string[] = [];
  const purposes = testPolicies(testPurpose('PUBLIC_QUERY', { actors: ['PUBLIC'], limits: { requestsPerHour: 2 } }));
  const queryLog = { append: append ?? (async (entry: QueryLogEntry) => (entries.push(entry), RECEIPT)) };
  const edition = {
    policy: { ...purposes, hash: 'a'.repeat(64) },
    planDisclosure(request: QueryRequest) {
      planned.push(request.id);
      throw new GatewayError('ARGUMENT_FORBIDDEN');
    },
    execution: { execute: async () => expect.unreachable() },
  } as unknown as Edition;
  const gateway: Gateway = {
    editions: { current: () => edition, of: () => edition },
    authenticate,
    suspended: { assertNot: () => {} },
    admit: createAdmit({ quotas: createQuotas({ clock }), clock }),
    registered: { assertMayRun: () => {} },
    presentAuthorization: async () => undefined,
    authorize: async () => expect.unreachable(),
    queryLog,
    refusalLog: createRefusalLog({ queryLog, clock }),
    introspectionOpen: false,
    clock,
    reportUnexpected: () => {},
  };
  return { entries, planned, gateway, ask: () => answerQuery(testRequest({ receivedAt: clock() }), gateway) };
}

test('a caller over its quota of requests is refused before anything is planned, and told when to come again', async () => {
  const { ask, entries, planned } = gatewayOf(async () => ({
    actor: 'PUBLIC',
    organization: '',
    client: 'one',
    developer: false,
  }));
  const answers = [await ask(), await ask(), await ask(), await ask()];
  expect(answers.map(({ httpStatus }) => httpStatus)).toEqual([403, 403, 429, 429]);
  expect(planned).toHaveLength(2);
  expect(answers[3]).toMatchObject({
    errors: [{ extensions: { code: 'RATE_LIMITED' } }],
    extensions: { disclosure: { receipt: null } },
    headers: { 'retry-after': '3600', ratelimit: '"requests";r=0;t=3600', 'ratelimit-policy': '"requests";q=2;w=3600' },
  });
  expect(entries.map(({ code }) => code)).toEqual(['ARGUMENT_FORBIDDEN', 'ARGUMENT_FORBIDDEN', 'RATE_LIMITED']);
});

test('a caller who could not be established is nobody on the log', async () => {
  const { ask, entries } = gatewayOf(() => Promise.reject(new GatewayError('UNAUTHENTICATED')));
  expect(await ask()).toMatchObject({ httpStatus: 401, extensions: { disclosure: { receipt: RECEIPT } } });
  expect(entries).toMatchObject([{ caller: null, code: 'UNAUTHENTICATED' }]);
});

test.each([
  ['an act that may have been done', 'ACT_UNCERTAIN', 'ACT_UNCERTAIN'],
  ['a caller who is nobody', 'UNAUTHENTICATED', 'LOG_UNAVAILABLE'],
] as const)('where nothing can be put on record, %s (%s) is answered as %s', async (_, code, answered) => {
  const { ask } = gatewayOf(
    () => Promise.reject(new GatewayError(code)),
    () => Promise.reject(new GatewayError('LOG_UNAVAILABLE')),
  );
  expect(await ask()).toMatchObject({
    errors: [{ extensions: { code: answered } }],
    extensions: { disclosure: { receipt: null } },
  });
});

test.each([
  ['whose department tells more of a subject that is found', ['tax'], 300 - 1 - 5],
  ['whose department was to find the subjects', ['registry'], 300 - 1],
])('of a query %s and fails, what was asked in vain costs or is forgiven', async (_, unavailable, remaining) => {
  const shown = { data: {}, failures: [], departments: [], unavailable };
  const fields = [{ responseKey: 'subject', coordinate: 'Query.subject', organization: REVEALED, person: REVEALED, fields: [] }];
  const { gateway } = gatewayOf(async () => ({ actor: 'PUBLIC', organization: '', developer: false }));
  const limits = { requestsPerHour: 300, requestsPerMiss: 5 };
  const edition = {
    policy: {
      ...testPolicies(testPurpose('PUBLIC_QUERY', { actors: ['PUBLIC'], limits })),
      hash: 'a'.repeat(64),
      catalogue: new Map([['Query.subject', { owner: 'registry' }]]),
    },
    planDisclosure: () => ({ plan: { operation: {}, fields, notices: [] }, asked: ['o-AAAAAAAAAAAAAAAAAAAAAA'], questions: [] }),
    execution: { execute: async () => ({ ...shown, complete: () => shown }) },
  } as unknown as Edition;
  const authorize = async () => ({ settle: async () => {}, undo: async () => {} });
  const answer = await answerQuery(testRequest({ receivedAt: clock() }), {
    ...gateway,
    editions: { current: () => edition, of: () => edition },
    authorize,
  });
  expect(answer).toMatchObject({ httpStatus: 200, headers: { ratelimit: `"requests";r=${remaining};t=3600` } });
});
