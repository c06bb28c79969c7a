import { CONTEXT_MAX_AGE_SECONDS } from '../../schema/signed-context.ts';
import type { SignedContext } from '../../schema/signed-context.ts';
import type { Clock } from '../../schema/city-clock.ts';

/** Signs a context that expires {@link CONTEXT_MAX_AGE_SECONDS} from now. */
export type SignContext = (context: SignedContext) => string;

/** What a signed context says beside its audience: the same to all departments that a query asks. */
export type ContextForAll = Omit<SignedContext, 'audience'>;

/** The tokens of a context, by audience. */
export type TokensOf = (context: ContextForAll) => (audience: string) => string;

/** Half its life: the other half covers the time on the way, one retry and clocks that differ by some seconds. */
const REUSE_MS = (CONTEXT_MAX_AGE_SECONDS * 1000) / 2;
/** A city's callers × purposes × departments in half a minute; about 1 KB each. */
const CAPACITY = 10_000;

/**
 * Signs each distinct context once and reuses the token while it is fresh: a signature costs more than a query plan.
 * The key holds every field of the context, so a token never speaks for anybody else.
 */
export function createSignedContextCache(sign: SignContext, clock: Clock): TokensOf {
  const tokens = new Map<string, Signed>();

  function signed(key: string, context: SignedContext): Signed {
    const now = clock();
    const known = tokens.get(key);
    if (known !== undefined && now < known.reuseUntil) return known;
    const made = { token: sign(context), reuseUntil: now + REUSE_MS };
    tokens.delete(key);
    tokens.set(key, made);
    if (tokens.size > CAPACITY) dropOldest(tokens);
    return made;
  }

  return (context) => {
    // Once for all departments that a query asks.
    const about = keyOf(context);
    // Whoever keeps the context finds its tokens by the audience alone, without that long key.
    const own = new Map<string, Signed>();
    return (audience) => {
      const known = own.get(audience);
      if (known !== undefined && clock() < known.reuseUntil) return known.token;
      const made = signed(`${audience} ${about}`, { audience, ...context });
      own.set(audience, made);
      return made.token;
    };
  };
}

/** A token, and until when it may be sent, in milliseconds since the epoch. */
interface Signed {
  token: string;
  reuseUntil: number;
}

function keyOf(context: ContextForAll): string {
  const { actor, organization, department = null, purpose, subject = null, operator = null, matter = null } = context;
  const { authorization, credentials = null } = context;
  return JSON.stringify([
    actor,
    organization,
    department,
    purpose,
    subject,
    operator,
    matter,
    authorization && [authorization.from, authorization.to, authorization.categories, authorization.fields ?? null],
    credentials,
  ]);
}

/** A map iterates in the order of insertion, which here is the order of expiry. */
function dropOldest(tokens: Map<string, unknown>): void {
  for (const key of tokens.keys()) {
    tokens.delete(key);
    return;
  }
}
