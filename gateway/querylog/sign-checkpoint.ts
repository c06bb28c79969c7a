import type { Db, Queryable } from '../../database/db.ts';
import { type Checkpoint, formatCheckpoint } from './checkpoint.ts';
import { newestCheckpoint, storeCheckpoint } from './checkpoint-store.ts';
import { foldPeaks } from './compact-range.ts';
import { LogContradiction } from './log-contradiction.ts';
import { consistencyProof, verifyConsistency } from './merkle.ts';
import { readEdge } from './read-edge.ts';
import { proveFromTiles } from './read-tiles.ts';
import { joinNote, type NoteSigner, signNote } from './signed-note.ts';

/** Key of the advisory lock that the gateway holds which is signing ("checkpnt" cut to 32 bits). */
const SIGNING_LOCK = 0x63686b70;
/** Another gateway's checkpoint that is younger is enough for now. */
const FRESH_MS = 500;

/** What signs the log. */
export interface CheckpointSigner {
  /** Signs the log as it is, if there is news; resolves with the checkpoint it stored, if any. */
  sign(): Promise<Checkpoint | undefined>;
}

/**
 * Signs checkpoints as `signer`, whose name is the log's origin. Several gateways may: one at a time, and none a size that is signed.
 * A log must never sign what does not continue all it has signed (C2SP tlog-checkpoint): `sign` rejects with `LogContradiction`
 * when the log does not go on from the newest checkpoint, stored or remembered here. Rejects with `DatabaseError`.
 */
export function createCheckpointSigner(db: Db, signer: NoteSigner): CheckpointSigner {
  let remembered: Checkpoint | undefined;

  async function signNews(tx: Queryable): Promise<Checkpoint | undefined> {
    if (!(await isWanted(tx))) return undefined;
    const stored = await newestCheckpoint(tx);
    const { range } = await readEdge(tx);
    const checkpoint = { origin: signer.verifierKey.name, size: range.size, root: foldPeaks(range.peaks) };
    for (const earlier of [stored, remembered]) if (earlier) await assertContinues(tx, earlier, checkpoint);
    const text = formatCheckpoint(checkpoint);
    await storeCheckpoint(tx, checkpoint.size, joinNote(text, [signNote(text, signer)]));
    return checkpoint;
  }

  return {
    async sign() {
      const { rows } = await db.query<{ news: boolean }>(NEWS);
      if (rows[0]?.news !== true) return undefined;
      const checkpoint = await db.transaction(signNews);
      // Not before it is stored for certain: what was signed and not stored was shown to nobody.
      remembered = checkpoint ?? remembered;
      return checkpoint;
    },
  };
}

const NEWS = `SELECT size <> coalesce((SELECT max(size) FROM querylog.checkpoint), 0) AS news FROM querylog.head`;

/** False while another gateway is signing, or has just signed. The lock goes with the transaction. */
async function isWanted(db: Queryable): Promise<boolean> {
  const { rows: locks } = await db.query<{ held: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS held', [SIGNING_LOCK]);
  if (locks[0]?.held !== true) return false;
  const { rows } = await db.query<{ fresh: boolean }>(
    `SELECT at > now() - $1::int * interval '1 ms' AS fresh FROM querylog.checkpoint ORDER BY size DESC LIMIT 1`,
    [FRESH_MS],
  );
  return rows[0]?.fresh !== true;
}

async function assertContinues(db: Queryable, earlier: Checkpoint, later: Checkpoint): Promise<void> {
  if (earlier.origin !== later.origin) throw new LogContradiction(`signed as ${earlier.origin}, not as ${later.origin}`);
  const sizes = { size1: earlier.size, size2: later.size };
  if (sizes.size1 > sizes.size2) throw new LogContradiction('fewer entries than were signed');
  const proof = await proveFromTiles(db, sizes.size2, (subtree) => consistencyProof(sizes, subtree));
  if (!verifyConsistency({ ...sizes, root1: earlier.root, root2: later.root, proof })) {
    throw new LogContradiction('other entries than were signed');
  }
}
