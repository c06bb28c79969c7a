import type { Redis } from 'ioredis';
import type { Clock } from '../../schema/city-clock.ts';
import { GatewayError } from '../errors.ts';
import { promptly } from '../redis/promptly.ts';
import { withFallback } from '../redis/with-fallback.ts';

/** Sees to it that a proof is used once. */
export interface ReplayGuard {
  /** Whether this is seen for the first time; it is then remembered for so many seconds. Rejects with OVERLOADED when no more can be. */
  first(proof: string, seconds: number): Promise<boolean>;
  /** Redis is connected anew: it is tried at the next proof, and is not taken for failed until then. */
  retry(): void;
  /** Whether Redis was given but failed, so that a proof is used once by this process and not by all. For health. */
  degraded(): boolean;
}

const PREFIX = 'xinqiao:proof:';
/** About 30 MB. Whoever fills it holds a token and signs every proof: then proofs are refused, none is forgotten early. */
const MAX_REMEMBERED = 200_000;
const RETRY_AFTER_SECONDS = 10;

/**
 * Remembers proofs in this process, and in Redis for all replicas. With Redis down this process goes on by itself: a proof that somebody
 * got hold of can then be used once more at every other one, for the seconds it is good for; it still needs the very request it was
 * made for, its token and a look at it on its way. Refusing every bank instead would hand whoever reaches Redis a switch for all loans.
 */
export function createReplayGuard({ redis, clock }: { redis: Redis | undefined; clock: Clock }): ReplayGuard {
  const firstHere = localMemory(clock);
  const stores = withFallback({
    shared: redis && { claim: (proof: string, seconds: number) => claimIn(redis, proof, seconds) },
    // What reaches it was seen here for the first time.
    local: { claim: async () => true },
    clock,
  });
  return {
    async first(proof, seconds) {
      // Here before there: what Redis forgets in an outage is still remembered by who saw it.
      return firstHere(proof, seconds) && stores.use((store) => store.claim(proof, seconds));
    },
    retry: stores.retry,
    degraded: stores.degraded,
  };
}

function claimIn(redis: Redis, proof: string, seconds: number): Promise<boolean> {
  return promptly(redis, async () => (await redis.set(`${PREFIX}${proof}`, '', 'EX', seconds, 'NX')) === 'OK');
}

function localMemory(clock: Clock): (proof: string, seconds: number) => boolean {
  const seen = new Map<string, number>();
  return (proof, seconds) => {
    // Nearly in order of expiry: all rules remember for about as long.
    for (const [old, expiresAt] of seen) {
      if (expiresAt > clock()) break;
      seen.delete(old);
    }
    if (seen.has(proof)) return false;
    if (seen.size >= MAX_REMEMBERED) throw new GatewayError('OVERLOADED', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    seen.set(proof, clock() + seconds * 1000);
    return true;
  };
}
