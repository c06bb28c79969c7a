import { describe, expect, test } from 'vitest';
import { Cancellation } from './cancellation.ts';

describe('giving work up', () => {
  test('tells everybody who listens once, in order, with the first reason', () => {
    const cancellation = new Cancellation();
    const told: string[] = [];
    cancellation.addEventListener('abort', () => told.push('first'));
    cancellation.addEventListener('abort', () => told.push('second'));
    cancellation.abort('gone');
    cancellation.abort('gone again');
    expect(told).toEqual(['first', 'second']);
    expect(cancellation).toMatchObject({ aborted: true, reason: 'gone' });
  });

  test('tells nobody who stopped listening, or who came too late', () => {
    const cancellation = new Cancellation();
    const told: string[] = [];
    const listener = () => told.push('stopped');
    cancellation.addEventListener('abort', listener);
    cancellation.removeEventListener('abort', listener);
    cancellation.abort('gone');
    cancellation.addEventListener('abort', () => told.push('late'));
    expect(told).toEqual([]);
  });

  test('an AbortSignal is one', () => {
    expect(AbortSignal.abort('gone') satisfies Pick<Cancellation, 'aborted' | 'reason'>).toMatchObject({
      aborted: true,
      reason: 'gone',
    });
  });
});
