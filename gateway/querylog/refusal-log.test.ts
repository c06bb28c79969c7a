import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { GatewayError } from '../errors.ts';
import type { QueryLogEntry } from './entry.ts';
import type { LookOnRecord } from './make-entry.ts';
import { createRefusalLog, GATHER_MS } from './refusal-log.ts';

const RECEIPT = { origin: 'x', index: '0', leafHash: 'aa' };
const LIMITED = new GatewayError('RATE_LIMITED', { retryAfterSeconds: 9, limit: 1 });

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 2, 1) }));
afterEach(() => void vi.useRealTimers());

function lookOf(id: string, changes: Partial<LookOnRecord> = {}): LookOnRecord {
  return {
    request: { id, receivedAt: Date.now(), documentHash: 'b'.repeat(64), operationName: null },
    policy: { hash: 'a'.repeat(64) },
    caller: { actor: 'PUBLIC', organization: '', client: 'one', developer: false },
    purpose: { code: 'PUBLIC_QUERY' },
    ...changes,
  };
}

function refusalLog() {
  const entries: QueryLogEntry[] = [];
  const store = { available: true };
  const append = async (entry: QueryLogEntry) => {
    if (!store.available) throw new GatewayError('LOG_UNAVAILABLE');
    entries.push(entry);
    return RECEIPT;
  };
  const log = createRefusalLog({ queryLog: { append }, clock: Date.now });
  const refuse = async (from: number, to: number, changes: Partial<LookOnRecord> = {}, error: unknown = LIMITED) => {
    const receipts = [];
    for (let n = from; n < to; n++) receipts.push(await log.append(lookOf(`r${n}`, changes), error));
    return receipts;
  };
  const logged = () => entries.map(({ requestId, count }) => [requestId, count]);
  return { log, store, refuse, logged };
}

describe('refusals of a caller over its quota of requests', () => {
  test('are one entry at once, then one a minute that says how many it stands for, then none', async () => {
    const { refuse, logged } = refusalLog();
    expect(await refuse(0, 100)).toEqual([RECEIPT, ...Array.from({ length: 99 }, () => null)]);
    expect(logged()).toEqual([['r0', undefined]]);
    await vi.advanceTimersByTimeAsync(GATHER_MS);
    expect(await refuse(100, 103)).toEqual([null, null, null]);
    await vi.advanceTimersByTimeAsync(GATHER_MS * 5);
    expect(logged()).toEqual([
      ['r0', undefined],
      ['r99', 99],
      ['r102', 3],
    ]);
    expect(await refuse(103, 104)).toEqual([RECEIPT]);
  });

  test('are counted for each caller and purpose', async () => {
    const { refuse } = refusalLog();
    await refuse(0, 2);
    const others: Partial<LookOnRecord>[] = [
      { caller: { actor: 'PUBLIC', organization: '', client: 'two', developer: false } },
      { purpose: { code: 'SELF_QUERY' } },
    ];
    for (const other of others) expect(await refuse(2, 3, other)).toEqual([RECEIPT]);
  });

  test('are all on the log once it is closed', async () => {
    const { log, refuse, logged } = refusalLog();
    await refuse(0, 3);
    await log.close();
    expect(logged()).toEqual([
      ['r0', undefined],
      ['r2', 2],
    ]);
    await vi.advanceTimersByTimeAsync(GATHER_MS);
    expect(logged()).toHaveLength(2);
  });

  test('stay counted while the log is unavailable', async () => {
    const { store, refuse, logged } = refusalLog();
    await refuse(0, 3);
    store.available = false;
    await vi.advanceTimersByTimeAsync(GATHER_MS);
    store.available = true;
    await refuse(3, 5);
    await vi.advanceTimersByTimeAsync(GATHER_MS);
    expect(logged()).toEqual([
      ['r0', undefined],
      ['r4', 4],
    ]);
  });

  test('fail when the first of them cannot be recorded', async () => {
    const { log, store } = refusalLog();
    store.available = false;
    await expect(log.append(lookOf('r0'), LIMITED)).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
  });
});

test.each<[string, Partial<LookOnRecord>, unknown]>([
  ['for the quota of subjects, which name whom they asked for', { disclosure: { asked: ['o-1'] } }, LIMITED],
  ['for the quota of subjects, found out after a search that named nobody', { disclosure: { asked: [] } }, LIMITED],
  ['for another reason', {}, new GatewayError('ARGUMENT_FORBIDDEN')],
  ['that are failures', {}, new Error('x')],
])('refusals %s are an entry each', async (_, look, error) => {
  const { refuse, logged } = refusalLog();
  expect(await refuse(0, 4, look, error)).toEqual([RECEIPT, RECEIPT, RECEIPT, RECEIPT]);
  expect(logged()).toHaveLength(4);
});
