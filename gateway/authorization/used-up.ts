import type { Window } from './windows.ts';

/** Quotas of requests that are known here to be used up: who goes on asking costs neither Redis nor a plan. */
export interface UsedUp {
  /** Notes what a count came to. */
  note(window: Window, used: number): void;
  has(window: Window): boolean;
}

/** Callers that can use up a quota within an hour are few; this bounds what they can cost. */
const MAX_KEPT = 10_000;

/** Remembers them. A key is that of one window, so that none outlives it; and a policy that allows more since is believed. */
export function createUsedUp(): UsedUp {
  const counts = new Map<string, number>();
  return {
    note({ key, limit }, used) {
      if (used < limit) return;
      const [oldest] = counts.keys();
      if (counts.size >= MAX_KEPT && oldest !== undefined) counts.delete(oldest);
      counts.set(key, used);
    },
    has: ({ key, limit }) => (counts.get(key) ?? 0) >= limit,
  };
}
