import { afterEach, describe, expect, test, vi } from 'vitest';
import { type DepartmentTransport, TransportError } from './department-transport.ts';
import { resilient } from './resilient-department.ts';

const call = { contextToken: 'jwt', requestId: 'r-1', signal: new AbortController().signal, idempotent: true };

test.each([
  ['answers that are too long are the question’s fault, and leave the circuit closed for everybody else', true, 10],
  ['answers that cannot be used open it', false, 5],
])('%s', async (_, tooLong, sent) => {
  const send = vi.fn<DepartmentTransport['send']>(() => Promise.reject(new TransportError('unusable', false, { tooLong })));
  const transport = { send, ready: async () => true, close: async () => {} };
  const ask = resilient('tax', transport, { timeoutMs: 1_000, observe: () => {} });
  for (let query = 0; query < 10; query++) await expect(ask({ query: '{ a }', variables: {} }, call)).rejects.toThrow();
  expect(send).toHaveBeenCalledTimes(sent);
});

describe('the one query that tries a department again, after it was left alone,', () => {
  afterEach(() => void vi.useRealTimers());

  /** A department whose circuit has just become half open; `send` is what it does from now on. */
  async function halfOpen(send: DepartmentTransport['send']) {
    vi.useFakeTimers();
    let down = true;
    const transport: DepartmentTransport = {
      send: (...sent) => (down ? Promise.reject(new TransportError('down', false)) : send(...sent)),
      ready: async () => true,
      close: async () => {},
    };
    const outcomes: string[] = [];
    const observe = ({ outcome }: { outcome: string }) => void outcomes.push(outcome);
    const asking = resilient('tax', transport, { timeoutMs: 1_000, observe });
    const ask = (signal: AbortSignal = call.signal) =>
      asking({ query: '{ a }', variables: {} }, { ...call, signal, idempotent: false }).then(
        () => 'answered',
        () => outcomes.at(-1),
      );
    for (let query = 0; query < 6; query++) await ask();
    expect(outcomes.at(-1)).toBe('CIRCUIT_OPEN');
    down = false;
    await vi.advanceTimersByTimeAsync(5_000);
    return ask;
  }

  test('says nothing by the going away of its client: a department that stays silent is left alone further', async () => {
    const ask = await halfOpen(() => new Promise(() => {}));
    const client = new AbortController();
    const left = ask(client.signal);
    client.abort();
    expect(await left).toBe('ABORTED');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await ask()).toBe('CIRCUIT_OPEN');
  });

  test('nor is the department left alone for it when it does answer', async () => {
    const given: boolean[] = [];
    const ask = await halfOpen(async (_, { signal }) => {
      await vi.advanceTimersByTimeAsync(100);
      given.push(signal.aborted);
      return { data: {}, errors: [] };
    });
    const client = new AbortController();
    const left = ask(client.signal);
    client.abort();
    expect(await left).toBe('ABORTED');
    expect(await ask()).toBe('answered');
    expect(given).toEqual([false, false]);
  });

  test('is not spent on a client that has gone already', async () => {
    const send = vi.fn<DepartmentTransport['send']>(() => Promise.reject(new TransportError('still down', false)));
    const ask = await halfOpen(send);
    expect(await ask(AbortSignal.abort())).toBe('ABORTED');
    expect(send).not.toHaveBeenCalled();
    expect([await ask(), await ask()]).toEqual(['FAILED', 'CIRCUIT_OPEN']);
  });
});

test('a client that goes away while the circuit is closed takes its question along, and no number of them opens it', async () => {
  const aborted = vi.fn<() => void>();
  const send: DepartmentTransport['send'] = (_, { signal }) =>
    new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => {
        aborted();
        reject(new TransportError('aborted', false));
      }),
    );
  const ask = resilient('tax', { send, ready: async () => true, close: async () => {} }, { timeoutMs: 1_000, observe: () => {} });
  for (let query = 1; query <= 10; query++) {
    const client = new AbortController();
    const asked = ask({ query: '{ a }', variables: {} }, { ...call, signal: client.signal });
    client.abort();
    await expect(asked).rejects.toThrow();
    expect(aborted).toHaveBeenCalledTimes(query);
  }
});
