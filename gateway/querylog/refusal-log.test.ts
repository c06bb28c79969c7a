import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ErrorCode, GatewayError } from '../errors.ts';
import type { Caller } from '../identity/caller.ts';
import type { QueryLogEntry } from './entry.ts';
import type { LookOnRecord } from './make-entry.ts';
import { GATHER_MS, MAX_GATHERED } from './gathered-entries.ts';
import { createRefusalLog } from './refusal-log.ts';

const RECEIPT = { origin: 'x', index: '0', leafHash: 'aa' };
const VISITOR: Caller = { actor: 'PUBLIC', organization: '', client: 'one', developer: false };
const LIMITED = new GatewayError('RATE_LIMITED', { retryAfterSeconds: 9, limit: 1 });

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 2, 1) }));
afterEach(() => void vi.useRealTimers());

function lookOf(id: string, changes: Partial<LookOnRecord> = {}): LookOnRecord {
  return {
    request: { id, receivedAt: Date.now(), documentHash: 'b'.repeat(64), operationName: null },
    policy: { hash: 'a'.repeat(64) },
    caller: VISITOR,
    purpose: { code: 'PUBLIC_QUERY' },
    budget: {},
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
  const reject = (id: string, code: ErrorCode, caller?: Caller) => {
    const { request, policy } = lookOf(id);
    return log.appendRejection({ request, policy, ...(caller && { caller }) }, code);
  };
  const logged = () => entries.map(({ requestId, count }) => [requestId, count]);
  return { log, store, refuse, reject, entries, logged };
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

test.each<[string, ErrorCode, Partial<LookOnRecord>]>([
  ['with a forged token', 'UNAUTHENTICATED', {}],
  ['that prove nobody while the keys cannot be had', 'OVERLOADED', {}],
  ['for no purpose that there is', 'PURPOSE_UNKNOWN', { caller: VISITOR }],
  ['of whoever is suspended', 'SUSPENDED', { caller: VISITOR, purpose: { code: 'PUBLIC_QUERY' } }],
])('requests %s, which no quota holds, are gathered into one entry a minute', async (_, code, known) => {
  const { log, logged } = refusalLog();
  const { request, policy } = lookOf('r0');
  const refuse = () => log.append({ request, policy, ...known }, new GatewayError(code));
  expect([await refuse(), await refuse(), await refuse()]).toEqual([RECEIPT, null, null]);
  await vi.advanceTimersByTimeAsync(GATHER_MS);
  expect(logged()).toEqual([
    ['r0', undefined],
    ['r0', 2],
  ]);
});

describe('requests refused before the flow', () => {
  const clerk: Caller = { actor: 'DEPARTMENT', organization: 'O', operator: 'zhang', developer: false };
  const visitor = (client: string): Caller => ({ actor: 'PUBLIC', organization: '', client, developer: false });

  test('are gathered by code and caller, and whoever shows no token is one caller', async () => {
    const { reject, entries } = refusalLog();
    const refused: [Promise<unknown>, unknown][] = [
      [reject('r0', 'INPUT_INVALID', visitor('one')), RECEIPT],
      [reject('r1', 'INPUT_INVALID', visitor('two')), null],
      [reject('r2', 'QUERY_TOO_COSTLY', visitor('two')), RECEIPT],
      [reject('r3', 'INPUT_INVALID', clerk), RECEIPT],
      [reject('r4', 'INPUT_INVALID', { ...clerk, operator: 'li' }), RECEIPT],
      [reject('r5', 'INPUT_INVALID'), RECEIPT],
      [reject('r6', 'INPUT_INVALID'), null],
    ];
    for (const [answered, receipt] of refused) expect(await answered).toEqual(receipt);
    await vi.advanceTimersByTimeAsync(GATHER_MS);
    expect(entries.slice(5)).toMatchObject([
      { requestId: 'r1', caller: { actor: 'PUBLIC' }, code: 'INPUT_INVALID', decision: 'REFUSED' },
      { requestId: 'r6', caller: null, code: 'INPUT_INVALID', purpose: null },
    ]);
    expect(JSON.stringify(entries)).not.toMatch(/one|two/);
  });

  test('are told by code alone past the kinds there is room for', async () => {
    const { reject, entries, log } = refusalLog();
    const caller = (n: number): Caller => ({ ...clerk, operator: `o${n}` });
    for (let n = 0; n < MAX_GATHERED; n++) await reject(`r${n}`, 'INPUT_INVALID', caller(n));
    expect(await reject('first past it', 'INPUT_INVALID', caller(MAX_GATHERED))).toEqual(RECEIPT);
    expect(await reject('second', 'INPUT_INVALID', caller(MAX_GATHERED + 1))).toBeNull();
    expect(await reject('known', 'INPUT_INVALID', caller(7))).toBeNull();
    await log.close();
    expect(entries).toHaveLength(MAX_GATHERED + 3);
    expect(entries.slice(MAX_GATHERED)).toMatchObject([
      { requestId: 'first past it', caller: null, operation: { hash: null } },
      { requestId: 'known', caller: { operator: 'o7' } },
      { requestId: 'second', caller: null },
    ]);
  });

  test('are of the minute in which the log took them, when it could not before: its times do not run back', async () => {
    const { reject, store, entries } = refusalLog();
    await reject('r0', 'INPUT_INVALID');
    await reject('r1', 'INPUT_INVALID');
    store.available = false;
    await vi.advanceTimersByTimeAsync(GATHER_MS * 5);
    store.available = true;
    await vi.advanceTimersByTimeAsync(GATHER_MS);
    expect(entries.at(-1)).toMatchObject({ requestId: 'r1', time: new Date().toISOString() });
  });

  test('are tried anew, one by one, while the log is unavailable', async () => {
    const { reject, store, logged } = refusalLog();
    store.available = false;
    for (const id of ['r0', 'r1']) await expect(reject(id, 'INPUT_INVALID')).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
    store.available = true;
    expect(await reject('r2', 'INPUT_INVALID')).toEqual(RECEIPT);
    await vi.advanceTimersByTimeAsync(GATHER_MS * 2);
    expect(logged()).toEqual([['r2', undefined]]);
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

test('purposes that a work account tries are an entry each: the review reads them in order', async () => {
  const { log, logged } = refusalLog();
  const { request, policy } = lookOf('r0');
  const caller: Caller = { actor: 'BANK', organization: 'bank', developer: false };
  for (const code of ['PURPOSE_FORBIDDEN', 'PURPOSE_FORBIDDEN', 'MATTER_REQUIRED'] as const)
    expect(await log.append({ request, policy, caller }, new GatewayError(code))).toEqual(RECEIPT);
  expect(logged()).toHaveLength(3);
});
