import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Db } from '../../database/db.ts';
import { policies } from '../../policies/policies.fixture.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { createActs } from '../acts/acts.ts';
import { entryOf } from '../querylog/entry.fixture.ts';
import type { QueryLogEntry } from '../querylog/entry.ts';
import { createFreshEntries } from '../querylog/fresh-entries.ts';
import { createQueryLog } from '../querylog/query-log.ts';
import { readEntries } from '../querylog/read-entries.ts';
import { formatVerifierKey, noteSigner } from '../querylog/signed-note.ts';
import { type Delivery, deliverDue } from './deliver.ts';
import { handOver } from './hand-over.ts';
import { notificationDesk } from './notification-desk.ts';

const SUBJECT = { actor: 'SUBJECT', organization: '', subject: 'o-1', purpose: 'SELF_QUERY', requestId: 'r' } as const;
const START = Date.parse('2026-03-02T00:00:00.000Z');
const { privateKey } = generateKeyPairSync('ed25519');

interface Received {
  headers: IncomingMessage['headers'];
  body: string;
}

let db: Db;
let server: Server;
let url: string;
let now = START;
let received: Received[] = [];
let answer: (response: ServerResponse) => void;
let sealedUntil: string | null = null;
const clock = () => now;
const fresh = createFreshEntries();

beforeAll(async () => {
  db = await openTestDatabase();
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    received.push({ headers: request.headers, body });
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await db.close();
});
afterEach(() => vi.useRealTimers());
beforeEach(async () => {
  now = START;
  received = [];
  sealedUntil = null;
  answer = status(204);
  await db.query('DELETE FROM notifications.subscriber');
});

const status =
  (code: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse) => {
    response.writeHead(code, headers).end('x'.repeat(100_000));
  };
const queryLog = () => createQueryLog({ db, origin: 'city.example/log' });
const look = (changes: Partial<QueryLogEntry> = {}) => queryLog().append(entryOf('r-look', changes));
const desk = (available = true) =>
  notificationDesk({
    db,
    acts: createActs({ queryLog: queryLog(), policies: { current: () => policies }, clock }),
    available,
    clock,
  });
async function handedOver(): Promise<void> {
  while (await handOver(db, { fresh, limit: 3 }));
}
const delivery = (changes: Partial<Delivery> = {}): Delivery => ({
  db,
  origin: 'city.example/log',
  hook: { url, key: privateKey, timeoutMs: 5_000 },
  mostAttempts: 4,
  opensOn: () => (sealedUntil !== null && now < Date.parse(`${sealedUntil}T00:00:00+08:00`) ? sealedUntil : null),
  purposeName: () => '行政审批核查',
  clock,
  random: () => 1,
  ...changes,
});
const outbox = async () => (await db.query('SELECT subject, attempts, state, due_at AS due FROM notifications.outbox')).rows;
/** Subscribes, has one look and hands it over. */
async function waiting(): Promise<string> {
  await desk().set(SUBJECT, true);
  const { index } = await look();
  await handedOver();
  return index;
}

describe('a subject that wants it', () => {
  test('is told once of each look that showed something to another, and of nothing else', async () => {
    await look({ requestId: 'before' });
    await desk().set(SUBJECT, true);
    const told = await look();
    await look({ decision: 'REFUSED', code: 'RATE_LIMITED', subjects: { asked: ['o-1'], returned: [] } });
    await look({ subjects: { asked: ['o-2'], returned: ['o-2'] } });
    await look({ caller: { actor: 'SUBJECT', organization: '', subject: 'o-1' } });
    await handedOver();
    await handedOver();
    expect(await deliverDue(delivery())).toBe(1);
    expect(await deliverDue(delivery())).toBe(0);
    expect(received.map(({ body }) => JSON.parse(body))).toEqual([
      {
        type: 'subject.looked_at',
        timestamp: '2026-03-01T02:03:04.005Z',
        data: {
          subject: 'o-1',
          time: '2026-03-01T02:03:04.005Z',
          organization: '11370000MB2800001A',
          purposeName: '行政审批核查',
          receipt: { origin: 'city.example/log', index: told.index },
        },
      },
    ]);
    expect(await outbox()).toEqual([]);
  });

  test('says so by acts of its own, and is forgotten with all that waits when it says no', async () => {
    const first = (await readEntries(db, 0n, 1_000)).length;
    expect(await desk().set(SUBJECT, true)).toEqual({ available: true, enabled: true, since: '2026-03-02T00:00:00.000Z' });
    await look();
    await handedOver();
    expect(await outbox()).toHaveLength(1);
    expect((await desk().set(SUBJECT, false)).enabled).toBe(false);
    expect(await outbox()).toEqual([]);
    await look();
    await handedOver();
    expect(await deliverDue(delivery())).toBe(0);
    const acts = (await readEntries(db, BigInt(first), 100)).flatMap(({ entry: { act } }) => act ?? []);
    expect(acts).toEqual([
      { kind: 'NOTIFICATIONS_ENABLED', object: 'o-1' },
      { kind: 'NOTIFICATIONS_DISABLED', object: 'o-1' },
    ]);
  });

  test('is told that the city tells nobody, where it has no platform', async () => {
    await expect(desk(false).set(SUBJECT, true)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await desk(false).notifications('o-1')).toEqual({ available: false, enabled: false, since: null });
  });

  test('is not told of a sealed look before the day it opens, whatever else', async () => {
    await waiting();
    sealedUntil = '2026-08-28';
    expect(await deliverDue(delivery())).toBe(1);
    now = Date.parse('2026-08-27T15:59:59.999Z');
    expect(await deliverDue(delivery())).toBe(0);
    expect(received).toEqual([]);
    now += 1;
    expect(await deliverDue(delivery())).toBe(1);
    expect(received).toHaveLength(1);
  });
});

describe('the hand-over', () => {
  test('that dies takes nothing twice and loses nothing, whoever goes on', async () => {
    await desk().set(SUBJECT, true);
    for (let n = 0; n < 7; n++) await look();
    const dying: Pick<Db, 'kind' | 'transaction'> = {
      kind: db.kind,
      transaction: (work) =>
        db.transaction(async (tx) => {
          await work(tx);
          throw new Error('killed');
        }),
    };
    await expect(handOver(dying, { fresh, limit: 3 })).rejects.toThrow('killed');
    await Promise.all([handedOver(), handedOver()]);
    await handedOver();
    expect(await outbox()).toHaveLength(7);
  });
});

/** The code that the documents give to the platform. */
async function documentedVerification() {
  vi.useFakeTimers({ toFake: ['Date'], now: START });
  const [, code = ''] = /```js\n(.*?)```/s.exec(readFileSync('docs/for-auditors.md', 'utf8')) ?? [];
  const made = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
    isGenuine(key: string, headers: IncomingMessage['headers'], body: string): boolean;
  };
  return made.isGenuine;
}

describe('a message', () => {
  test('is signed so that anybody can verify it with the public key of the log', async () => {
    const index = await waiting();
    await deliverDue(delivery());
    const [{ headers, body } = { headers: {}, body: '' }] = received;
    expect(headers).toMatchObject({ 'webhook-id': `${index}_o-1`, 'webhook-timestamp': String(START / 1000) });
    const isGenuine = await documentedVerification();
    const key = formatVerifierKey(noteSigner('city.example/log', privateKey).verifierKey);
    expect(isGenuine(key, headers, body)).toBe(true);
    expect(isGenuine(key, headers, `${body} `)).toBe(false);
    expect(isGenuine(key, { ...headers, 'webhook-id': '0_o-1' }, body)).toBe(false);
    vi.setSystemTime(START + 301_000);
    expect(isGenuine(key, headers, body)).toBe(false);
  });

  test.each<[string, (response: ServerResponse) => void, Partial<Delivery>]>([
    ['an error', status(500), {}],
    ['a refusal', status(401), {}],
    ['a redirect, which is not followed', (response) => status(307, { location: url })(response), {}],
    ['a broken connection', (response) => response.destroy(), {}],
    ['no answer in time', () => undefined, { hook: { url: '', key: privateKey, timeoutMs: 50 } }],
    ['nobody there', status(204), { hook: { url: 'http://127.0.0.1:1/', key: privateKey, timeoutMs: 5_000 } }],
  ])('is sent again with the same id after %s, ever later, and given up in the end', async (_, broken, changes) => {
    await waiting();
    answer = broken;
    const hook = { ...(changes.hook ?? delivery().hook), url: changes.hook?.url || url };
    for (const [attempt, wait] of [30_000, 60_000, 120_000].entries()) {
      expect(await deliverDue(delivery({ hook }))).toBe(1);
      expect(await outbox()).toMatchObject([
        { attempts: attempt + 1, state: 'PENDING', due: new Date(now + wait).toISOString() },
      ]);
      now += wait - 1;
      expect(await deliverDue(delivery({ hook }))).toBe(0);
      now += 1;
    }
    await deliverDue(delivery({ hook }));
    expect(await outbox()).toMatchObject([{ attempts: 4, state: 'DEAD' }]);
    now += 86_400_000;
    expect(await deliverDue(delivery({ hook }))).toBe(0);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBeLessThan(2);
    expect([0, 4]).toContain(received.length);
  });

  test('is sent again by another gateway when one dies between the answer and its note', async () => {
    await waiting();
    const dying = {
      ...db,
      query: (sql: string, ...rest: []) =>
        sql.startsWith('DELETE') ? Promise.reject(new Error('killed')) : db.query(sql, ...rest),
    } as Db;
    await expect(deliverDue(delivery({ db: dying }))).rejects.toThrow('killed');
    expect(await deliverDue(delivery())).toBe(0);
    now += 60_000;
    expect(await deliverDue(delivery())).toBe(1);
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual([
      received[0]?.headers['webhook-id'],
      received[0]?.headers['webhook-id'],
    ]);
    expect(await outbox()).toEqual([]);
  });

  test('is sent by one of two gateways that look at the same time', async () => {
    await waiting();
    expect((await Promise.all([deliverDue(delivery()), deliverDue(delivery())])).sort()).toEqual([0, 1]);
    expect(received).toHaveLength(1);
  });

  test.each<[string, (response: ServerResponse) => void, object]>([
    ['is given up at once where the platform wants it nevermore', status(410), { state: 'DEAD' }],
    [
      'waits as long as the platform asks',
      status(429, { 'retry-after': '3600' }),
      { state: 'PENDING', due: new Date(START + 3_600_000).toISOString() },
    ],
    ['waits a day at most', status(503, { 'retry-after': '99999999' }), { due: new Date(START + 86_400_000).toISOString() }],
  ])('%s', async (_, asked, expected) => {
    await waiting();
    answer = asked;
    await deliverDue(delivery());
    expect(await outbox()).toMatchObject([expected]);
  });
});

test('the hand-over goes on behind what was archived while no gateway had anybody to tell', async () => {
  await desk().set(SUBJECT, true);
  const log = queryLog();
  await Promise.all(Array.from({ length: 256 }, (_, n) => log.append(entryOf(`r-${n}`))));
  await db.exec(
    `UPDATE querylog.head SET archived = size - size % 256; DELETE FROM querylog.entry WHERE seq < (SELECT archived FROM querylog.head)`,
  );
  const { rows } = await db.query<{ entries: bigint }>('SELECT count(*) AS entries FROM querylog.entry');
  await handedOver();
  expect(await outbox()).toHaveLength(Number(rows[0]?.entries));
  await look();
  await handedOver();
  expect(await outbox()).toHaveLength(Number(rows[0]?.entries) + 1);
});
