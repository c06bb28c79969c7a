import type { Config } from '../config.ts';

/**
 * Headers of every answer: nothing is stored, framed, sniffed, or run as a page. HSTS only in production, where a proxy
 * terminates TLS in front.
 */
export function securityHeaders(environment: Config['environment']): Readonly<Record<string, string>> {
  return {
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    ...(environment === 'production' && { 'strict-transport-security': 'max-age=31536000' }),
  };
}
