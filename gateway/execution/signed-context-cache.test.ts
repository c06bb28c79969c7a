import { describe, expect, test } from 'vitest';
import type { SignedContext } from '../../schema/signed-context.ts';
import { createSignedContextCache } from './signed-context-cache.ts';

const CLERK: SignedContext = {
  audience: 'tax',
  actor: 'DEPARTMENT',
  organization: '113701',
  department: 'licensing',
  purpose: 'DAILY_SUPERVISION',
};

function counting() {
  const clock = { now: 0 };
  let signatures = 0;
  const tokensOf = createSignedContextCache(
    () => `token ${++signatures}`,
    () => clock.now,
  );
  const sign = ({ audience, ...context }: SignedContext) => tokensOf(context)(audience);
  return { sign, clock };
}

describe('signed context cache', () => {
  test('signs one context once while the token is fresh, for half of its minute', () => {
    const { sign, clock } = counting();
    expect([sign(CLERK), sign({ ...CLERK })]).toEqual(['token 1', 'token 1']);
    clock.now = 29_999;
    expect(sign(CLERK)).toBe('token 1');
    clock.now = 30_000;
    expect(sign(CLERK)).toBe('token 2');
  });

  test.each<[string, Partial<SignedContext>]>([
    ['audience', { audience: 'registry' }],
    ['actor', { actor: 'AUDITOR' }],
    ['organization', { organization: '113702' }],
    ['department', { department: 'tax' }],
    ['purpose', { purpose: 'DOUBLE_RANDOM' }],
    ['subject', { subject: 'o-1' }],
  ])('another %s is another token', (_, difference) => {
    const { sign } = counting();
    expect([sign(CLERK), sign({ ...CLERK, ...difference })]).toEqual(['token 1', 'token 2']);
  });

  test('two fields never run into one key', () => {
    const { sign } = counting();
    expect([sign({ ...CLERK, organization: 'a","b' }), sign({ ...CLERK, organization: 'a' })]).toEqual(['token 1', 'token 2']);
  });

  test('forgets the oldest beyond its capacity', () => {
    const { sign } = counting();
    for (let organization = 0; organization <= 10_000; organization++) sign({ ...CLERK, organization: String(organization) });
    expect(sign({ ...CLERK, organization: '1' })).toBe('token 2');
    expect(sign({ ...CLERK, organization: '0' })).toBe('token 10002');
  });
});
