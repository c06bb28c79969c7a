import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DatabaseError, type Db } from './db.ts';
import { openPostgres } from './postgres.ts';

const SERVER_URL = process.env['XINQIAO_TEST_DATABASE_URL'];
const LOCK = 'SELECT pg_advisory_xact_lock(7301)';

describe.runIf(SERVER_URL !== undefined)('a process that was frozen in the middle of a transaction', () => {
  let frozen: Db;
  let other: Db;
  beforeAll(async () => {
    frozen = await openPostgres({ url: SERVER_URL ?? '', idleTransactionMs: 50 });
    other = await openPostgres({ url: SERVER_URL ?? '' });
  });
  afterAll(async () => {
    await frozen.close();
    await other.close();
  });

  test('holds up nobody for longer than a transaction may idle, and finds it rolled back', async () => {
    const outcome = frozen.transaction(async (tx) => {
      await tx.query(LOCK);
      await other.query(LOCK);
      await tx.query('SELECT 1');
    });
    await expect(outcome).rejects.toBeInstanceOf(DatabaseError);
    expect((await frozen.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });
});

describe.runIf(SERVER_URL !== undefined)('connections that fall silent, while the server takes new ones', () => {
  const open: { client: Socket; server: Socket }[] = [];
  let between: Server;
  let db: Db;
  beforeEach(async () => {
    const { hostname, port } = new URL(SERVER_URL ?? '');
    between = createServer((client) => {
      const server = connect(Number(port) || 5432, hostname);
      for (const socket of [client, server]) socket.on('error', () => {});
      open.push({ client, server });
      client.pipe(server).pipe(client);
    });
    between.listen(0, '127.0.0.1');
    await once(between, 'listening');
    const url = Object.assign(new URL(SERVER_URL ?? ''), { host: `127.0.0.1:${(between.address() as AddressInfo).port}` });
    db = await openPostgres({ url: url.href, connections: 1, answerWithinMs: 200 });
  });
  afterEach(async () => {
    await db.close();
    for (const sockets of open.splice(0)) for (const socket of Object.values(sockets)) socket.destroy();
    between.close();
  });
  const silence = () => open.forEach(({ client, server }) => client.unpipe(server).resume());

  test.each<[string, (on: Db) => Promise<unknown>]>([
    ['statement', (on) => on.query('SELECT 1')],
    ['transaction', (on) => on.transaction((tx) => tx.query('SELECT 1'))],
  ])('cost a %s under way, and none after it', async (_, ask) => {
    silence();
    await expect(ask(db)).rejects.toMatchObject({ sqlState: '08006' });
    await expect(ask(db)).resolves.toBeDefined();
  });

  test('are not taken for a migration that takes its time', async () => {
    await expect(db.exec('SELECT pg_sleep(0.5)')).resolves.toBeUndefined();
  });
});
