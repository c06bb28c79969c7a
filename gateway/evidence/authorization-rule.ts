import type { ActKind } from '../querylog/act.ts';
import type { EntryRule } from './entry-rules.ts';

/** What the log has told of an authorization so far. */
interface Told {
  usesLeft: number;
  /** Milliseconds since the epoch. */
  expiresAt: number;
  ended: boolean;
}

const ENDS: ReadonlySet<ActKind> = new Set([
  'AUTHORIZATION_REVOKED',
  'AUTHORIZATION_EXPIRED',
  'AUTHORIZATION_EXHAUSTED',
  'AUTHORIZATION_SUSPENDED',
]);

/**
 * Every answer that stands on an authorization comes after its grant, before its end, and is one of as many as it allows: told by the
 * entries and their order alone. Remembers each authorization, some hundred bytes.
 */
export function authorizationsAreKeptTo(): EntryRule {
  const known = new Map<string, Told>();
  return ({ act, decision, authorizations = [], time }) => {
    if (act?.kind === 'AUTHORIZATION_GRANTED' && act.limits && !known.has(act.object)) {
      known.set(act.object, { usesLeft: act.limits.maxUses, expiresAt: Date.parse(act.limits.expiresAt), ended: false });
    }
    const ending = act && ENDS.has(act.kind) ? known.get(act.object) : undefined;
    if (ending !== undefined) ending.ended = true;
    if (decision !== 'RELEASED') return undefined;
    return authorizations.map((id) => use(known.get(id), Date.parse(time))).find((fault) => fault !== undefined);
  };
}

function use(told: Told | undefined, at: number): ReturnType<EntryRule> {
  if (told === undefined) return 'UNGRANTED_AUTHORIZATION';
  told.usesLeft -= 1;
  if (told.ended || at >= told.expiresAt) return 'RELEASED_AFTER_END';
  return told.usesLeft < 0 ? 'OVERUSED_AUTHORIZATION' : undefined;
}
