import * as v from 'valibot';
import { ACTORS, type Actor } from '../schema/signed-context.ts';

const words = v.pipe(v.string(), v.trim(), v.nonEmpty('must not be empty'));
const date = v.pipe(v.string(), v.regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'must be a date, YYYY-MM-DD'));
/** The public shows no token, so none of its could be bound. */
const EXTERNAL = ACTORS.filter((actor) => actor !== 'PUBLIC');
const seconds = (most: number) =>
  v.pipe(
    v.number(),
    v.integer('must be a whole number'),
    v.minValue(1, 'must be at least 1'),
    v.maxValue(most, `must be at most ${most}`),
  );

/** One rule of `clients` in policy-set.yaml: callers whose tokens are worth nothing without their key. */
export const clientSchema = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^CLIENT-\d+$/, 'must look like CLIENT-1')),
  note: words,
  basis: v.pipe(v.array(words), v.minLength(1, 'a legal basis is required')),
  actors: v.pipe(v.array(v.picklist(EXTERNAL, `must be one of ${EXTERNAL.join(', ')}`)), v.minLength(1, 'names no actor')),
  effective: v.strictObject({ from: date, to: v.optional(date) }),
  /** The longest life of an access token. */
  tokenSeconds: seconds(86_400),
  /** How long a proof may be used after it was made; replays are remembered as long. */
  proofSeconds: seconds(300),
});

/**
 * Callers of these kinds show a token that is bound to their key, with a proof that they hold it (DPoP, RFC 9449), for at most
 * these times. `effective` are city dates.
 */
export type ClientRule = v.InferOutput<typeof clientSchema>;

/** How a kind of caller must prove itself. */
export type ClientTimes = Pick<ClientRule, 'tokenSeconds' | 'proofSeconds'>;

/** The times that hold for a kind of caller on a city date, of several rules the shorter ones; undefined where no rule binds its tokens. */
export function clientTimes(rules: readonly ClientRule[], actor: Actor, today: string): ClientTimes | undefined {
  const bound = rules.filter(({ actors, effective: { from, to } }) => {
    return actors.some((named) => named === actor) && from <= today && (to === undefined || today <= to);
  });
  if (bound.length === 0) return undefined;
  return {
    tokenSeconds: Math.min(...bound.map(({ tokenSeconds }) => tokenSeconds)),
    proofSeconds: Math.min(...bound.map(({ proofSeconds }) => proofSeconds)),
  };
}
