import { EventEmitter } from 'node:events';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { expect, test, vi } from 'vitest';
import { openExchange } from './exchange.ts';

function open() {
  const raw = Object.assign(new EventEmitter(), { destroyed: false });
  const request = { id: 'r1', headers: {}, ip: '192.0.2.1' } as unknown as FastifyRequest;
  const exchange = openExchange(request, { raw } as unknown as FastifyReply, { now: 0, timeoutMs: 60_000 });
  return { raw, exchange };
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
