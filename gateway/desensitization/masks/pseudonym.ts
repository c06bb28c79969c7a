import { createHmac } from 'node:crypto';
import type { Mask } from '../mask.ts';

/** For whom pseudonyms are made: two organisations, or one for two purposes, cannot join theirs. */
export interface PseudonymScope {
  key: string;
  purpose: string;
  organization: string;
}

/**
 * A keyed stand-in (HMAC-SHA-256, RFC 2104, 128 bits) that is the same for the same value within one purpose and
 * organisation. A pseudonym of this form is left as it is.
 */
export function pseudonymMask({ key, purpose, organization }: PseudonymScope): Mask {
  return (text) => {
    if (PSEUDONYM.test(text)) return text;
    // JSON keeps the parts apart: no purpose and organisation can spell another pair.
    const message = JSON.stringify([purpose, organization, text]);
    return `~${createHmac('sha256', key).update(message).digest().subarray(0, 16).toString('base64url')}`;
  };
}

const PSEUDONYM = /^~[A-Za-z0-9_-]{22}$/;
