import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AUTHORIZATION_STATES, type AuthorizationState } from '../../schema/authorization-terms.ts';
import { after, type AuthorizationEvent, stateAt } from './life-cycle.ts';

const EVENTS: AuthorizationEvent[] = ['GRANT', 'DECLINE', 'REVOKE', 'LAPSE', 'EXPIRE', 'EXHAUST', 'SUSPEND'];
const NOW = Date.parse('2026-06-15T04:00:00Z');
const open = { lapsesAt: '2026-06-16T00:00:00.000Z', expiresAt: '2026-07-01T00:00:00.000Z', settled: 0, maxUses: 3 };

test.each<[AuthorizationState, AuthorizationEvent, AuthorizationState]>([
  ['REQUESTED', 'GRANT', 'ACTIVE'],
  ['REQUESTED', 'DECLINE', 'DECLINED'],
  ['REQUESTED', 'LAPSE', 'LAPSED'],
  ['ACTIVE', 'REVOKE', 'REVOKED'],
  ['ACTIVE', 'EXPIRE', 'EXPIRED'],
  ['ACTIVE', 'EXHAUST', 'EXHAUSTED'],
  ['ACTIVE', 'SUSPEND', 'SUSPENDED'],
])('%s becomes by %s %s', (state, event, next) => {
  expect(after(state, event)).toBe(next);
});

test('nothing else can happen: of fifty-six pairs seven lead anywhere, and terminal states absorb', () => {
  const possible = AUTHORIZATION_STATES.flatMap((state) => EVENTS.filter((event) => after(state, event) !== undefined));
  expect(possible).toHaveLength(7);
});

test.each<[string, Partial<typeof open>, AuthorizationState, AuthorizationState]>([
  ['unanswered in time', { lapsesAt: '2026-06-15T04:00:00.000Z' }, 'REQUESTED', 'LAPSED'],
  ['unanswered until it would have ended', { expiresAt: '2026-06-15T04:00:00.000Z' }, 'REQUESTED', 'LAPSED'],
  ['at its end', { expiresAt: '2026-06-15T04:00:00.000Z' }, 'ACTIVE', 'EXPIRED'],
  ['used as often as it may be', { settled: 3 }, 'ACTIVE', 'EXHAUSTED'],
  ['a millisecond before its end', { expiresAt: '2026-06-15T04:00:00.001Z' }, 'ACTIVE', 'ACTIVE'],
  ['declined long ago', { lapsesAt: '2020-01-01T00:00:00.000Z', expiresAt: '2020-01-01T00:00:00.000Z' }, 'DECLINED', 'DECLINED'],
  ['revoked and used up', { settled: 3, expiresAt: '2020-01-01T00:00:00.000Z' }, 'REVOKED', 'REVOKED'],
])('%s it is judged by the instant, recorded or not', (_, changes, state, judged) => {
  expect(stateAt({ ...open, state, ...changes }, NOW)).toBe(judged);
});

test('whatever happens in whatever order, it goes forward only: asked, then active or over, then over for ever', () => {
  const rank = (state: AuthorizationState) => (state === 'REQUESTED' ? 0 : state === 'ACTIVE' ? 1 : 2);
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...EVENTS)), (events) => {
      let state: AuthorizationState = 'REQUESTED';
      for (const event of events) {
        const next: AuthorizationState = after(state, event) ?? state;
        expect(next === state || rank(next) > rank(state)).toBe(true);
        state = next;
      }
    }),
  );
});
