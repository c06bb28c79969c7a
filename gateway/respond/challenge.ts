import type { ErrorCode } from '../errors.ts';
import { PROOF_ALGORITHMS } from '../identity/verify-proof.ts';

const BOUND = `DPoP algs="${PROOF_ALGORITHMS.join(' ')}"`;
const CHALLENGES: Readonly<Partial<Record<ErrorCode, string>>> = {
  UNAUTHENTICATED: `Bearer error="invalid_token", ${BOUND}, error="invalid_token"`,
  DPOP_REQUIRED: `${BOUND}, error="invalid_token"`,
  DPOP_INVALID: `${BOUND}, error="invalid_dpop_proof"`,
};

/** How to authenticate, for `WWW-Authenticate` (RFC 6750 clause 3, RFC 9449 clause 7.1); none where authenticating would not help. */
export function challengeOf(code: ErrorCode): string | undefined {
  return CHALLENGES[code];
}
