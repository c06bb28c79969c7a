import type { Window } from './windows.ts';

/** How a caller stands in one window: its limit here and now, and what of it is used. */
export interface Standing {
  window: Window;
  /** Less than the window's where processes count apart. */
  limit: number;
  used: number;
}

/**
 * `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11): each limit with its quota `q` in window `w`, what
 * remains of it `r`, and the seconds until it is whole again `t`. The unit `qu` of subjects is our own. None without a limit.
 */
export function rateLimitHeaders(standings: readonly Standing[], nowMs: number): Readonly<Record<string, string>> {
  if (standings.length === 0) return {};
  let policy = '';
  let limits = '';
  for (const { window, limit, used } of standings) {
    const { name, seconds, endsAtMs } = window;
    const comma = policy === '' ? '' : ', ';
    const unit = name.endsWith('subjects') ? ';qu="subjects"' : '';
    policy += `${comma}"${name}";q=${limit}${unit};w=${seconds}`;
    limits += `${comma}"${name}";r=${Math.max(0, limit - used)};t=${secondsUntil(endsAtMs, nowMs)}`;
  }
  return { 'ratelimit-policy': policy, ratelimit: limits };
}

/** Whole seconds until a moment, at least one: who comes back then comes back late enough. */
export function secondsUntil(endsAtMs: number, nowMs: number): number {
  return Math.max(1, Math.ceil((endsAtMs - nowMs) / 1000));
}
