import { EventEmitter } from 'node:events';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openExchange } from './exchange.ts';

const WAITS_MS = 10_000;

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

function open() {
  const socket = Object.assign(new EventEmitter(), { destroyed: false, destroy: vi.fn<() => void>() });
  const raw = Object.assign(new EventEmitter(), { destroyed: false, socket });
  const request = { id: 'r1', headers: {}, ip: '192.0.2.1', raw: { socket } } as unknown as FastifyRequest;
  const exchange = openExchange(request, { raw } as unknown as FastifyReply, { now: 0, timeoutMs: WAITS_MS });
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
  ['has not taken its answer a minute after its time is hung up on', { answeredAt: 0, takenAt: undefined }, 1],
  ['has not taken the answer that it waited too long is hung up on', { answeredAt: WAITS_MS, takenAt: undefined }, 1],
  ['took its answer at once keeps its connection', { answeredAt: 0, takenAt: 0 }, 0],
  ['took its answer late keeps its connection', { answeredAt: 0, takenAt: WAITS_MS + 59_999 }, 0],
])('a client that %s', (_, { answeredAt, takenAt }, hangUps) => {
  const { raw, socket, exchange } = open();
  vi.advanceTimersByTime(answeredAt);
  exchange.end();
  if (takenAt !== undefined) {
    vi.advanceTimersByTime(takenAt - answeredAt);
    raw.emit('close');
  }
  vi.advanceTimersByTime(WAITS_MS + 59_999 - (takenAt ?? answeredAt));
  expect(socket.destroy).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(socket.destroy).toHaveBeenCalledTimes(hangUps);
  expect(exchange.signal.aborted).toBe(answeredAt === WAITS_MS);
});

test('a client that had gone before its answer came leaves nothing waiting', () => {
  const { raw, exchange } = open();
  raw.emit('close');
  exchange.end();
  expect(vi.getTimerCount()).toBe(0);
});
