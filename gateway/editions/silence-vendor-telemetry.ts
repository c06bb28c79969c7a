import { env } from 'node:process';

/**
 * Tells `@apollo/gateway` not to report to its vendor: an environment variable is the only switch it has, and a
 * government network is closed. Call it before constructing one.
 */
export function silenceVendorTelemetry(): void {
  env['APOLLO_TELEMETRY_DISABLED'] = 'true';
}
