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
  report: (state: WitnessState, witness: string) => void;
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
    let asked: Asked | undefined;
    try {
      asked = await ask(one.address, { note, size, proofFrom }, one.knownSize);
    } catch {
      // Not there, too slow, or cut off: the next time will tell.
    }
    // Dying here: the witness has cosigned, and cosigns the same checkpoint again for whoever asks next.
    if (asked?.outcome === 'COSIGNED') await storeCosignature(db, size, one.address.key, asked.cosignature);
    settle(one, asked, asked?.outcome === 'AHEAD' && (await hasLost(asked.knownSize)));
  }

  /** Another gateway may have signed a larger tree meanwhile; when none has, the witness remembers entries that are gone. */
  async function hasLost(knownSize: bigint): Promise<boolean> {
    return ((await newestCheckpoint(db))?.size ?? 0n) < knownSize;
  }

  function settle(one: Followed, asked: Asked | undefined, lost: boolean): void {
    const state = lost ? 'ALARM' : stateAfter(asked);
    one.failures = state === 'FOLLOWING' ? 0 : one.failures + 1;
    one.dueAt = state === 'FOLLOWING' ? 0 : clock() + Math.min(FIRST_RETRY_MS * 2 ** (one.failures - 1), LONGEST_RETRY_MS);
    if (state === 'FOLLOWING' && asked !== undefined && 'knownSize' in asked) one.knownSize = asked.knownSize;
    if (state !== one.state || (state === 'BEHIND' && one.failures === 1)) report(state, one.address.key.name);
    one.state = state;
  }

  return { collect, states: () => Object.fromEntries(followed.map(({ address, state }) => [address.key.name, state])) };
}

function stateAfter(asked: Asked | undefined): WitnessState {
  if (asked === undefined) return 'BEHIND';
  if (asked.outcome === 'FORK') return 'ALARM';
  return asked.outcome === 'REFUSED' ? 'REFUSING' : 'FOLLOWING';
}
