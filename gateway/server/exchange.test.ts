import { EventEmitter } from 'node:events';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openExchange } from './exchange.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

function open() {
  const socket = Object.assign(new EventEmitter(), { destroyed: false, destroy: vi.fn<() => void>() });
  const raw = Object.assign(new EventEmitter(), { destroyed: false, socket });
  const request = { id: 'r1', headers: {}, ip: '192.0.2.1', raw: { socket } } as unknown as FastifyRequest;
  const exchange = openExchange(request, { raw } as unknown as FastifyReply, { now: 0, timeoutMs: 60_000 });
  return { raw, socket, exchange };
}

test('a query as wide as the limits allow listens for its client without a warning of a leak', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const { exchange } = open();
  const listeners = Array.from({ length: 200 }, () => vi.fn<() => void>());
  for (const listener of listeners) exchange.signal.addEventListener('abort', listener);
  exchange.end();
  expect(warned).not.toHaveBeenCalled();
  warned.mockRestore();
});

test('a client that goes away aborts its query, unless it was answered', () => {
  const { raw, exchange } = open();
  raw.emit('close');
  expect(exchange.signal.aborted).toBe(true);
  const answered = open();
  answered.exchange.end();
  answered.raw.emit('close');
  expect(answered.exchange.signal.aborted).toBe(false);
});

test.each([
  ['has not taken its answer within a minute is hung up on', false, 1],
  ['took its answer keeps its connection', true, 0],
])('a client that %s', (_, isTaken, hangUps) => {
  const { raw, socket, exchange } = open();
  exchange.end();
  if (isTaken) raw.emit('close');
  vi.advanceTimersByTime(60_000);
  expect(socket.destroy).toHaveBeenCalledTimes(hangUps);
  expect(exchange.signal.aborted).toBe(false);
});

test('a client that had gone before its answer came leaves nothing waiting', () => {
  const { raw, exchange } = open();
  raw.emit('close');
  exchange.end();
  expect(vi.getTimerCount()).toBe(0);
});
