import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Admission, createAdmission } from './admission.ts';

const LOOK_MS = 2;

let idle: number;
let admission: Admission;
let begun: number[];

beforeEach(() => {
  vi.useFakeTimers();
  idle = 0;
  begun = [];
  admission = createAdmission(() => idle);
});
afterEach(() => void vi.useRealTimers());

async function ask(count: number): Promise<void> {
  for (let asked = 0; asked < count; asked++) {
    const number = begun.length + admission.waiting;
    void admission.enter().then(() => begun.push(number));
    await settled();
  }
}

async function settled(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

test('64 queries begin at once, however busy the process is; the others wait', async () => {
  await ask(70);
  await vi.advanceTimersByTimeAsync(100 * LOOK_MS);
  expect([begun.length, admission.waiting]).toEqual([64, 6]);
});

test('a query that ends lets the next begin, in the order of asking', async () => {
  await ask(67);
  admission.leave();
  admission.leave();
  await settled();
  expect(begun.slice(64)).toEqual([64, 65]);
  expect(admission.waiting).toBe(1);
});

test('more begin while the process has to wait for others, as for slow departments', async () => {
  await ask(100);
  idle += 1;
  await vi.advanceTimersByTimeAsync(LOOK_MS);
  expect([begun.length, admission.waiting]).toEqual([80, 20]);
  await vi.advanceTimersByTimeAsync(LOOK_MS);
  expect(begun).toHaveLength(80);
  for (let look = 0; look < 2; look++) {
    idle += 1;
    await vi.advanceTimersByTimeAsync(LOOK_MS);
  }
  expect(begun).toEqual(Array.from({ length: 100 }, (_, number) => number));
});

test('a time of waiting before a query had to wait says nothing of now', async () => {
  idle = 50;
  await ask(65);
  await vi.advanceTimersByTimeAsync(LOOK_MS);
  expect(admission.waiting).toBe(1);
});

test('past 64 that were let in while there was time to spare, the next begins when fewer than 64 are left', async () => {
  await ask(80);
  idle += 1;
  await vi.advanceTimersByTimeAsync(LOOK_MS);
  await ask(1);
  for (let ended = 0; ended < 16; ended++) admission.leave();
  await settled();
  expect([begun.length, admission.waiting]).toEqual([80, 1]);
  admission.leave();
  await settled();
  expect([begun.length, admission.waiting]).toEqual([81, 0]);
});

test('nothing is looked at while nobody waits', async () => {
  await ask(64);
  expect(vi.getTimerCount()).toBe(0);
  await ask(1);
  expect(vi.getTimerCount()).toBe(1);
  admission.leave();
  await vi.advanceTimersByTimeAsync(LOOK_MS);
  expect(vi.getTimerCount()).toBe(0);
});
