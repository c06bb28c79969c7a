/** Parts of the deployment the gateway needs, by name; each says whether it can serve now and never takes longer than its signal. */
export type Readiness = Readonly<Record<string, (signal: AbortSignal) => Promise<boolean>>>;

/** Answered to `/health/ready`. */
export interface ReadinessReport {
  ready: boolean;
  checks: Readonly<Record<string, boolean>>;
}

/** How long one part may take to say that it is ready, in milliseconds: less than the usual probe's patience. */
const PATIENCE_MS = 1_000;

/**
 * Asks every part at once. Parts named in `required` decide; the others are reported only, because a department that is
 * down costs its own fields and taking the gateway away for it would cost everybody's.
 */
export async function checkReadiness(checks: Readiness, required: readonly string[]): Promise<ReadinessReport> {
  const states = Object.fromEntries(
    await Promise.all(Object.entries(checks).map(async ([name, check]) => [name, await inTime(check)] as const)),
  );
  return { ready: required.every((name) => states[name] === true), checks: states };
}

async function inTime(check: (signal: AbortSignal) => Promise<boolean>): Promise<boolean> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const late = new Promise<boolean>((resolve) => signal.addEventListener('abort', () => resolve(false), { once: true }));
  try {
    return await Promise.race([check(signal), late]);
  } catch {
    return false;
  }
}
