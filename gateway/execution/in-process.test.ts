import { describe, expect, test } from 'vitest';
import type { DepartmentRequest } from './department-transport.ts';
import { inProcess } from './in-process.ts';

const CALL = { contextToken: 'jwt', requestId: 'r-1', signal: new AbortController().signal };
const REQUEST: DepartmentRequest = { query: '{ a }', variables: { id: 'o-1' } };

describe('a department in this process', () => {
  test('gets the same request and signed context as one behind HTTP, and its texts stay behind', async () => {
    const received: unknown[] = [];
    const transport = inProcess({
      execute: async (request) => {
        received.push(request);
        return { data: { a: 1 }, errors: [{ message: 'secret', path: ['a'], extensions: { code: 'INTERNAL' } }] };
      },
    });
    expect(await transport.send(REQUEST, CALL)).toEqual({ data: { a: 1 }, errors: [{ path: ['a'], code: 'INTERNAL' }] });
    expect(received).toEqual([{ ...REQUEST, ...CALL }]);
    expect(await transport.ready(CALL.signal)).toBe(true);
  });

  test.each([
    ['throws', async () => Promise.reject(new Error('secret'))],
    ['answers nonsense', async () => 'x'],
  ])('that %s did not answer, and asking again would not help', async (_, execute) => {
    await expect(inProcess({ execute }).send(REQUEST, CALL)).rejects.toMatchObject({ name: 'TransportError', retryable: false });
  });
});
