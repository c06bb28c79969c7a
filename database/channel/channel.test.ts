import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openTestDatabase } from '../../test/support/database.ts';
import type { Db } from '../db.ts';
import { connectChannel } from './connect-channel.ts';
import { sendFrame } from './frames.ts';
import { serveChannel } from './serve-channel.ts';

const IDLE_MS = 300;

let db: Db;
let client: Db;
let stop: () => Promise<void>;
const socketPath = path.join(os.tmpdir(), `channel-${randomUUID().slice(0, 8)}.sock`);
beforeAll(async () => {
  db = await openTestDatabase();
  await db.exec('CREATE SCHEMA trial; CREATE TABLE trial.thing (id int PRIMARY KEY)');
  stop = await serveChannel(db, socketPath, IDLE_MS);
  client = await connectChannel(socketPath);
});
beforeEach(() => db.exec('TRUNCATE trial.thing'));
afterAll(async () => {
  await client.close();
  await stop();
  await db.close();
});

const insert = 'INSERT INTO trial.thing VALUES ($1)';
const ids = async (on: Db) => (await on.query<{ id: number }>('SELECT id FROM trial.thing ORDER BY id')).rows.map(({ id }) => id);

test('carries parameters and rows as what they are', async () => {
  const { rows } = await client.query(
    `SELECT $1::int8 AS big, $2::bytea AS bytes, $3::text[] AS list, '2024-02-29'::date AS day, null::int AS nothing`,
    [2n ** 60n, new Uint8Array([0, 255]), ['市', null]],
  );
  expect(rows).toEqual([
    { big: 2n ** 60n, bytes: new Uint8Array([0, 255]), list: ['市', null], day: '2024-02-29', nothing: null },
  ]);
});

test('carries many statements at once, and one of many megabytes', async () => {
  const many = await Promise.all(Array.from({ length: 200 }, (_, n) => client.query('SELECT $1::int AS n', [n])));
  expect(many.map(({ rows }) => rows[0]?.['n'])).toEqual(Array.from({ length: 200 }, (_, n) => n));
  const long = '桥'.repeat(500_000);
  expect((await client.query<{ length: number }>('SELECT length($1::text) AS length', [long])).rows).toEqual([
    { length: 500_000 },
  ]);
});

test('runs scripts', async () => {
  await client.exec('INSERT INTO trial.thing VALUES (1); INSERT INTO trial.thing VALUES (2)');
  expect(await ids(db)).toEqual([1, 2]);
});

test('keeps the SQLSTATE of an error, in and outside transactions', async () => {
  await client.query(insert, [1]);
  await expect(client.query(insert, [1])).rejects.toMatchObject({ name: 'DatabaseError', sqlState: '23505' });
  await expect(client.transaction((tx) => tx.query(insert, [1]))).rejects.toMatchObject({
    name: 'DatabaseError',
    sqlState: '23505',
  });
  await expect(client.exec('SELECT nonsense')).rejects.toMatchObject({ sqlState: '42703' });
});

test('commits what the work resolves, rolls back what it rejects, and hands both on', async () => {
  expect(await client.transaction(async (tx) => (await tx.query(insert, [1]), 'done'))).toBe('done');
  const error = new Error('changed my mind');
  const outcome = client.transaction(async (tx) => {
    await tx.query(insert, [2]);
    throw error;
  });
  await expect(outcome).rejects.toBe(error);
  expect(await ids(client)).toEqual([1]);
});

test('rejects when work swallowed a failed statement, because nothing was committed', async () => {
  const outcome = client.transaction(async (tx) => {
    await tx.query(insert, [1]);
    await tx.query('SELECT 1 / 0').catch(() => undefined);
  });
  await expect(outcome).rejects.toMatchObject({ sqlState: '25P02' });
  expect(await ids(client)).toEqual([]);
});

test('transactions of several clients and of the owner take turns', async () => {
  const add = (on: Db, id: number) => on.transaction(async (tx) => (await tx.query(insert, [id]), tx.query(insert, [id + 100])));
  await Promise.all([add(client, 1), add(db, 2), add(client, 3), client.query(insert, [4])]);
  expect(await ids(db)).toEqual([1, 2, 3, 4, 101, 102, 103]);
});

test('rolls back the transaction of a client that goes away in the middle', async () => {
  const socket = connect(socketPath);
  sendFrame(socket, { id: 1, kind: 'begin', sql: '', params: [] });
  sendFrame(socket, { id: 2, kind: 'query', sql: insert, params: [7] });
  await new Promise((resolve) => socket.once('data', resolve));
  socket.destroy();
  await client.query(insert, [8]);
  expect(await ids(db)).toEqual([8]);
});

test('rolls back a transaction that keeps everybody waiting', async () => {
  const outcome = client.transaction(async (tx) => {
    await tx.query(insert, [1]);
    // The owner's statement waits for the transaction to end, and so proves that it was ended.
    if (db.kind === 'pglite') await db.query('SELECT 1');
    else await new Promise((resolve) => setTimeout(resolve, IDLE_MS * 2));
    await tx.query(insert, [2]);
  });
  await expect(outcome).rejects.toMatchObject({ sqlState: '25P03' });
  expect(await ids(db)).toEqual([]);
});

test('drops a connection that speaks something else', async () => {
  const socket = connect(socketPath);
  socket.write('GET / HTTP/1.1\r\n\r\n');
  await new Promise((resolve) => socket.once('close', resolve));
  expect(await ids(client)).toEqual([]);
});

test('is open to this user only', async () => {
  expect((await stat(socketPath)).mode & 0o777).toBe(0o600);
});

test('tells a client whose owner ends that the connection is lost, and a new one that nobody answers', async () => {
  const otherPath = `${socketPath}.2`;
  const end = await serveChannel(db, otherPath);
  const other = await connectChannel(otherPath);
  const open = other.transaction(async (tx) => {
    await tx.query(insert, [1]);
    await end();
    await tx.query(insert, [2]);
  });
  await expect(open).rejects.toMatchObject({ sqlState: '08006' });
  await expect(other.query('SELECT 1')).rejects.toMatchObject({ sqlState: '08006' });
  await expect(connectChannel(otherPath)).rejects.toMatchObject({ sqlState: '08001' });
  expect(await ids(db)).toEqual([]);
});
