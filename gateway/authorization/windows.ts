import { hash } from 'node:crypto';
import type { PurposeRules } from '../../policies/policy-set.ts';
import { cityToday } from '../../schema/city-clock.ts';
import type { Caller } from '../identity/caller.ts';

/** One limit of one caller, in the hour or city day that runs now. */
export interface Window {
  /** What the caller knows it by: the RateLimit headers and refusals name it. */
  readonly name: 'requests' | 'organization-requests' | 'subjects' | 'organization-subjects';
  readonly limit: number;
  /** Under which it is counted. It names the window, so that a count never needs a reset. */
  readonly key: string;
  readonly seconds: number;
  readonly endsAtMs: number;
}

/** The windows of one caller for one purpose. */
export interface Windows {
  requests: readonly Window[];
  subjects: readonly Window[];
}

/** A purpose in so far as it limits. */
export type LimitedPurpose = Pick<PurposeRules, 'code' | 'limits'>;

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** By the very caller and purpose, as long as they live, with the hour the windows are of: a caller is one object while its token is valid. */
const known = new WeakMap<Caller, WeakMap<LimitedPurpose, { hour: number; windows: Windows }>>();

/** The limits that a purpose sets this caller: on its own, and together with everybody else of its organisation. */
export function windowsOf(caller: Caller, purpose: LimitedPurpose, nowMs: number): Windows {
  const hour = Math.floor(nowMs / HOUR_MS);
  const byPurpose = known.get(caller) ?? new WeakMap<LimitedPurpose, { hour: number; windows: Windows }>();
  const before = byPurpose.get(purpose);
  // The city is whole hours from UTC, so that its days begin with an hour.
  if (before?.hour === hour) return before.windows;
  const windows = windowsIn(hour, caller, purpose);
  known.set(caller, byPurpose.set(purpose, { hour, windows }));
  return windows;
}

function windowsIn(hour: number, caller: Caller, { code, limits }: LimitedPurpose): Windows {
  const day = cityToday(() => hour * HOUR_MS);
  const hourly = { seconds: HOUR_MS / 1000, endsAtMs: (hour + 1) * HOUR_MS };
  const daily = { seconds: DAY_MS / 1000, endsAtMs: Date.parse(`${day}T00:00:00+08:00`) + DAY_MS };
  const windows = (name: 'requests' | 'subjects', period: number | string, frame: Pick<Window, 'seconds' | 'endsAtMs'>) => {
    const limit = name === 'requests' ? 'requestsPerHour' : 'subjectsPerDay';
    const own = { name, limit: limits[limit], key: () => quotaKey(caller, code, period) };
    // Else whoever names its operators itself, as a bank does, would have as many quotas as names.
    const shared = {
      name: `organization-${name}` as const,
      limit: limits.organization?.[limit],
      key: () => organizationKey(caller, code, period),
    };
    return [own, shared].flatMap(({ limit, key, name }) => (limit === undefined ? [] : [{ name, limit, key: key(), ...frame }]));
  };
  return { requests: windows('requests', hour, hourly), subjects: windows('subjects', day, daily) };
}

/**
 * Names whose quota for which purpose and window is counted. A hash, so that no account name stands in Redis and none can be written
 * to look like another's key.
 */
export function quotaKey(
  { actor, organization, operator, subject, client }: Caller,
  purpose: string,
  window: number | string,
): string {
  return hashed([actor, organization, operator ?? null, subject ?? null, client ?? null, purpose, window]);
}

function organizationKey({ actor, organization }: Caller, purpose: string, window: number | string): string {
  return hashed([actor, organization, purpose, window]);
}

function hashed(parts: readonly unknown[]): string {
  return hash('sha256', JSON.stringify(parts), 'base64url');
}
