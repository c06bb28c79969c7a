import { expect, test, vi } from 'vitest';
import { TransportError } from './department-transport.ts';
import { resilient } from './resilient-department.ts';

const call = { contextToken: 'jwt', requestId: 'r-1', signal: new AbortController().signal, idempotent: true };

test.each([
  ['answers that are too long are the question’s fault, and leave the circuit closed for everybody else', true, 10],
  ['answers that cannot be used open it', false, 5],
])('%s', async (_, tooLong, sent) => {
  const send = vi.fn(() => Promise.reject(new TransportError('unusable', false, { tooLong })));
  const transport = { send, ready: async () => true, close: async () => {} };
  const ask = resilient('tax', transport, { timeoutMs: 1_000, observe: () => {} });
  for (let query = 0; query < 10; query++) await expect(ask({ query: '{ a }', variables: {} }, call)).rejects.toThrow();
  expect(send).toHaveBeenCalledTimes(sent);
});
