import { CONTEXT_MAX_AGE_SECONDS } from '../../schema/signed-context.ts';
import type { SignedContext } from '../../schema/signed-context.ts';
import type { Clock } from '../../schema/city-clock.ts';

/** Signs a context that expires {@link CONTEXT_MAX_AGE_SECONDS} from now. */
export type SignContext = (context: SignedContext) => string;

/** Half its life: the other half covers the time on the way, one retry and clocks that differ by some seconds. */
const REUSE_MS = (CONTEXT_MAX_AGE_SECONDS * 1000) / 2;
/** A city's callers × purposes × departments in half a minute; about 1 KB each. */
const CAPACITY = 10_000;

/**
 * Signs each distinct context once and reuses the token while it is fresh: a signature costs more than a query plan.
 * The key holds every field of the context, so a token never speaks for anybody else.
 */
export function createSignedContextCache(sign: SignContext, clock: Clock): SignContext {
  const tokens = new Map<string, { token: string; reuseUntil: number }>();
  return (context) => {
    const { audience, actor, organization, department = null, purpose, subject = null, operator = null, matter = null } = context;
    const about = [audience, actor, organization, department, purpose, subject, operator, matter];
    const key = JSON.stringify([...about, authorizationKey(context), context.credentials ?? null]);
    const known = tokens.get(key);
    const now = clock();
    if (known !== undefined && now < known.reuseUntil) return known.token;
    const token = sign(context);
    tokens.delete(key);
    tokens.set(key, { token, reuseUntil: now + REUSE_MS });
    if (tokens.size > CAPACITY) dropOldest(tokens);
    return token;
  };
}

function authorizationKey({ authorization }: SignedContext): unknown {
  return authorization && [authorization.from, authorization.to, authorization.categories, authorization.fields ?? null];
}

/** A map iterates in the order of insertion, which here is the order of expiry. */
function dropOldest(tokens: Map<string, unknown>): void {
  for (const key of tokens.keys()) {
    tokens.delete(key);
    return;
  }
}
