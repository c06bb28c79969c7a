import type { Db } from '../../database/db.ts';
import type { Clock } from '../../schema/city-clock.ts';
import { goRound } from '../go-round.ts';
import { publishLogKey } from './checkpoint-store.ts';
import { ensureMonths } from './months.ts';
import { createCheckpointSigner } from './sign-checkpoint.ts';
import type { NoteSigner } from './signed-note.ts';

/** Months are made well ahead: one missed hour, or day, harms nothing. */
const MONTHS_MS = 3_600_000;

/** With half a second's distance to another gateway's checkpoint at most, every entry is under one within a second. */
const CHECKPOINT_MS = 500;

/** Witnesses see every checkpoint soon, and a slow one holds up nothing but itself. */
const WITNESSES_MS = 1_000;

/** What looks after the log while a gateway runs. */
export interface LogKeeperOptions {
  db: Db;
  clock: Clock;
  /** Signs checkpoints, in the name of the log. */
  signer: NoteSigner;
  /** Brings the newest checkpoint to the witnesses. */
  collectCosignatures: () => Promise<void>;
  /** Told of work that failed and will be tried again; it must not throw. */
  report: (error: unknown) => void;
}

/** Publishes the log's key, then does again and again what the log needs beside its appends. Rejects with `DatabaseError`. */
export async function keepLog({
  db,
  clock,
  signer,
  collectCosignatures,
  report,
}: LogKeeperOptions): Promise<{ close(): Promise<void> }> {
  await publishLogKey(db, signer.verifierKey);
  const checkpoints = createCheckpointSigner(db, signer);
  const kept = [
    goRound({ round: () => ensureMonths(db, clock()), everyMs: MONTHS_MS, report }),
    goRound({ round: () => checkpoints.sign(), everyMs: CHECKPOINT_MS, report }),
    goRound({ round: collectCosignatures, everyMs: WITNESSES_MS, report }),
  ];
  return { close: async () => void (await Promise.all(kept.map((work) => work.close()))) };
}
