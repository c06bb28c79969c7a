import type { ClientRule } from '../../policies/clients.ts';
import type { Caller } from '../../gateway/identity/caller.ts';
import type { AuthenticateOptions } from '../../gateway/identity/authenticate.ts';
import { createAuthenticate } from '../../gateway/identity/authenticate.ts';
import { createReplayGuard } from '../../gateway/identity/replay-guard.ts';
import { createVerifyProof } from '../../gateway/identity/verify-proof.ts';
import { parseKeySet, SIGNATURE_ALGORITHMS } from '../../gateway/identity/key-set.ts';
import type { TestIssuer } from './tokens.ts';
import { testRequest } from './tokens.ts';

/** 2026-05-01T00:00:00Z */
export const NOW_SECONDS = 1_777_593_600;
export const SUBJECT_KEY = 'a key for tests that is 32 characters or longer';

/** Claims of a licensing clerk's token that is valid at {@link NOW_SECONDS}. */
export const CLERK = {
  iss: 'https://issuer.example',
  aud: 'xinqiao',
  iat: NOW_SECONDS - 60,
  exp: NOW_SECONDS + 3_600,
  actor: 'DEPARTMENT',
  org: 'licensing-bureau',
  department: 'licensing',
  operator: 'zhang.li',
};

/** Where proofs are made for. */
export const PUBLIC_URL = 'https://credit.example/graphql';

/** A gateway's identity stage that trusts these issuers, with a clock and a key set that tests may change. */
export function testAuthentication(
  issuers: readonly TestIssuer[],
  { clients = [], ...overrides }: Partial<AuthenticateOptions> & { clients?: readonly ClientRule[] } = {},
) {
  const state = { nowMs: NOW_SECONDS * 1000, issuers, lookups: 0, clients };
  const clock = () => state.nowMs;
  const replays = createReplayGuard({ redis: undefined, clock });
  const stage = createAuthenticate({
    keys: {
      find: async (kid) => {
        state.lookups++;
        return parseKeySet(JSON.stringify({ keys: state.issuers.map(({ jwk }) => jwk) }), { production: false }).get(kid);
      },
    },
    issuer: CLERK.iss,
    audience: CLERK.aud,
    algorithms: SIGNATURE_ALGORITHMS,
    clockToleranceSeconds: 30,
    subjectKey: SUBJECT_KEY,
    verifyProof: createVerifyProof({ publicUrl: PUBLIC_URL, clockToleranceSeconds: 5, replays, clock }),
    clock,
    ...overrides,
  });
  const authenticate = (request: Parameters<typeof stage>[0]) => stage(request, { source: { clients: state.clients } });
  const withHeader = (authorization: string, dpop?: string): Promise<Caller> =>
    authenticate(testRequest({ headers: { authorization, ...(dpop !== undefined && { dpop }) } }));
  return { state, authenticate, withHeader, withToken: (token: string) => withHeader(`Bearer ${token}`) };
}
