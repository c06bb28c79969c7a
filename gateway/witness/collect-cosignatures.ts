import type { Db } from '../../database/db.ts';
import type { Clock } from '../../schema/city-clock.ts';
import { openDatabaseCopy } from '../evidence/database-copy.ts';
import { withSubtrees } from '../evidence/subtree-of-copy.ts';
import { newestCheckpoint, storeCosignature, type StoredCheckpoint } from '../querylog/checkpoint-store.ts';
import { consistencyProof } from '../querylog/merkle.ts';
import { type Asked, askWitness, type WitnessAddress } from './ask-witness.ts';

/** A witness that cannot be reached is asked again after this, doubled each time up to the longest. */
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;

/** How a witness stands to the log. ALARM: it has seen what this log does not continue. */
export type WitnessState = 'FOLLOWING' | 'BEHIND' | 'REFUSING' | 'ALARM';

/** A change of it that an operator must know of: of which witness, and why, where it does not follow. */
export interface WitnessNews {
  state: WitnessState;
  witness: string;
  url: string;
  reason?: string;
}

/** Brings the newest checkpoint to the witnesses, off the path of any answer. */
export interface CosignatureCollector {
  /** Asks every witness that has not cosigned the newest checkpoint and is due; resolves when all have answered or failed. Rejects with `DatabaseError`. */
  collect(): Promise<void>;
  /** By the witness's name. */
  states(): Readonly<Record<string, WitnessState>>;
}

interface Followed {
  address: WitnessAddress;
  state: WitnessState;
  knownSize: bigint;
  failures: number;
  dueAt: number;
}

/** What a collector needs; `report` is told once of each change to a state that an operator must know of. */
export interface CollectorOptions {
  db: Db;
  witnesses: readonly WitnessAddress[];
  clock: Clock;
  report: (news: WitnessNews) => void;
  ask?: typeof askWitness;
}

/** Several gateways may ask for one log: a witness orders their requests, and the first cosignature is the one kept. */
export function createCosignatureCollector({
  db,
  witnesses,
  clock,
  report,
  ask = askWitness,
}: CollectorOptions): CosignatureCollector {
  const followed = witnesses.map((address): Followed => ({ address, state: 'BEHIND', knownSize: 0n, failures: 0, dueAt: 0 }));
  const copy = openDatabaseCopy(db);

  async function collect(): Promise<void> {
    const newest = followed.length === 0 ? undefined : await newestCheckpoint(db);
    if (newest === undefined) return;
    const due = followed.filter(({ knownSize, dueAt }) => knownSize !== newest.size && dueAt <= clock());
    await Promise.all(due.map((one) => bring(newest, one)));
  }

  async function bring(newest: StoredCheckpoint, one: Followed): Promise<void> {
    const { size, note } = newest;
    const proofFrom = (size1: bigint) => withSubtrees(copy, size, (tree) => consistencyProof({ size1, size2: size }, tree));
    // Not there, too slow, or cut off: the next time will tell.
    const asked = await ask(one.address, { note, size, proofFrom }, one.knownSize).catch(failureOf);
    // Dying here: the witness has cosigned, and cosigns the same checkpoint again for whoever asks next.
    if (asked.outcome === 'COSIGNED') await storeCosignature(db, size, one.address.key, asked.cosignature);
    settle(one, asked, asked.outcome === 'AHEAD' && (await hasLost(asked.knownSize)));
  }

  /** Another gateway may have signed a larger tree meanwhile; when none has, the witness remembers entries that are gone. */
  async function hasLost(knownSize: bigint): Promise<boolean> {
    return ((await newestCheckpoint(db))?.size ?? 0n) < knownSize;
  }

  function settle(one: Followed, asked: Attempt, lost: boolean): void {
    const state = lost ? 'ALARM' : STATE_AFTER[asked.outcome];
    one.failures = state === 'FOLLOWING' ? 0 : one.failures + 1;
    one.dueAt = state === 'FOLLOWING' ? 0 : clock() + Math.min(FIRST_RETRY_MS * 2 ** (one.failures - 1), LONGEST_RETRY_MS);
    if (state === 'FOLLOWING' && 'knownSize' in asked) one.knownSize = asked.knownSize;
    if (state !== one.state || (state === 'BEHIND' && one.failures === 1)) {
      const { url, key } = one.address;
      report({ state, witness: key.name, url, ...(state !== 'FOLLOWING' && { reason: reasonOf(asked) }) });
    }
    one.state = state;
  }

  return { collect, states: () => Object.fromEntries(followed.map(({ address, state }) => [address.key.name, state])) };
}

/** What came of asking, or why it came to nothing. */
type Attempt = Asked | { outcome: 'FAILED'; reason: string };

const STATE_AFTER: Readonly<Record<Attempt['outcome'], WitnessState>> = {
  COSIGNED: 'FOLLOWING',
  AHEAD: 'FOLLOWING',
  REFUSED: 'REFUSING',
  FORK: 'ALARM',
  FAILED: 'BEHIND',
};

/** What a refusal means, by the status of C2SP tlog-witness. */
const REFUSALS: ReadonlyMap<number, string> = new Map([
  [200, 'its cosignature is not of the key that XINQIAO_LOG_WITNESSES names'],
  [403, 'it knows another key of this log: give it the one in use'],
  [404, 'it does not follow this log, or nothing of a witness is at this address'],
  [409, 'it has cosigned another tree of this size'],
  [422, 'it has cosigned a tree that this one does not continue'],
]);

/** What `fetch` throws says only that it failed; its cause says how, as a code. Its message is nobody's to log. */
function failureOf(error: unknown): Attempt {
  const { cause = error } = error as { cause?: unknown };
  const { code, name } = cause as { code?: unknown; name?: unknown };
  return { outcome: 'FAILED', reason: `it could not be asked (${typeof code === 'string' ? code : name})` };
}

function reasonOf(asked: Attempt): string {
  if (asked.outcome === 'FAILED') return asked.reason;
  if (!('status' in asked)) return 'it has cosigned more entries than this log has';
  const meaning = REFUSALS.get(asked.status);
  return meaning === undefined ? `it answers ${asked.status}` : `it answers ${asked.status}: ${meaning}`;
}
