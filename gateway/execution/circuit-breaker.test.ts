import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createCircuitBreaker } from './circuit-breaker.ts';

const REST_MS = 1_000;
const failing = () => Promise.reject(new Error('down'));
const reset = () => Promise.reject(new TypeError('down'));
const answering = async () => 'answer';

let breaker: ReturnType<typeof createCircuitBreaker>;
const outcome = (work: (isTrial: boolean) => Promise<string>) => breaker.run(work).catch((error: Error) => error.name);

describe('a circuit', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    breaker = createCircuitBreaker({
      failures: 2,
      restMs: REST_MS,
      isFailure: (error) => error instanceof Error && error.message === 'down',
      isBreak: (error) => error instanceof TypeError,
    });
  });
  afterEach(() => void vi.useRealTimers());

  const open = async () => {
    await outcome(failing);
    await outcome(failing);
  };

  test.each([
    ['opens after so many failures in a row', [failing, failing], false],
    ['stays closed when an answer comes between', [failing, answering, failing], true],
    [
      'stays closed whatever else goes wrong',
      [() => Promise.reject(new Error('too long')), () => Promise.reject(new Error('too long'))],
      true,
    ],
  ])('%s', async (_, works, closed) => {
    for (const work of works) await outcome(work);
    expect(breaker.closed).toBe(closed);
  });

  test.each([
    ['counts what breaks off many at once as one failure', reset, true],
    ['counts each of those that go unanswered at once', failing, false],
  ])('%s', async (_, work, closed) => {
    await Promise.all([outcome(work), outcome(work), outcome(work)]);
    expect(breaker.closed).toBe(closed);
    await outcome(work);
    expect(breaker.closed).toBe(false);
  });

  test('that is open lets nobody through until it has rested', async () => {
    await open();
    expect(await outcome(answering)).toBe('LeftAloneError');
    await vi.advanceTimersByTimeAsync(REST_MS - 1);
    expect(await outcome(answering)).toBe('LeftAloneError');
    await vi.advanceTimersByTimeAsync(1);
    expect(await outcome(answering)).toBe('answer');
  });

  test('lets one trial through, and the others wait for its verdict', async () => {
    await open();
    await vi.advanceTimersByTimeAsync(REST_MS);
    const trials: boolean[] = [];
    let end: (answer: string) => void = () => {};
    const slow = (isTrial: boolean) => {
      trials.push(isTrial);
      return new Promise<string>((resolve) => (end = resolve));
    };
    const first = outcome(slow);
    const second = outcome(async (isTrial) => `answer, ${isTrial ? 'a trial' : 'no trial'}`);
    expect(trials).toEqual([true]);
    end('answer');
    expect([await first, await second]).toEqual(['answer', 'answer, no trial']);
  });

  test('rests again after a failed trial', async () => {
    await open();
    await vi.advanceTimersByTimeAsync(REST_MS);
    expect([await outcome(failing), await outcome(answering)]).toEqual(['Error', 'LeftAloneError']);
  });

  test('is not closed by the late answer to a question of before it opened', async () => {
    let end: (answer: string) => void = () => {};
    const late = breaker.run(() => new Promise<string>((resolve) => (end = resolve)));
    await open();
    end('late');
    expect(await late).toBe('late');
    expect(breaker.closed).toBe(false);
  });
});
