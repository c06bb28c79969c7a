import { createHash } from 'node:crypto';
import { canonicalJson } from '../../policies/canonical-json.ts';
import { encodeBundle } from '../querylog/entry-bundle.ts';
import { entryOf } from '../querylog/entry.fixture.ts';
import { formatCheckpoint } from '../querylog/checkpoint.ts';
import { leafHash, rootHash } from '../querylog/merkle.ts';
import { cosignNote, joinNote, type NoteSigner, signNote } from '../querylog/signed-note.ts';
import { LOG, WITNESS } from '../witness/witness.fixture.ts';
import type { LogCopy } from './log-copy.ts';

const POLICY = '{"policy":"the only version"}';
export const POLICY_HASH = createHash('sha256').update(POLICY).digest('hex');

/** The n-th entry of a log, as text; a second apart. */
export function entryText(n: number, changes: Parameters<typeof entryOf>[1] = {}): string {
  const time = new Date(Date.UTC(2026, 2, 1) + n * 1000).toISOString();
  return canonicalJson(entryOf(`request-${n}`, { time, policyHash: POLICY_HASH, ...changes }));
}

/** What a log in memory is made of. */
interface MemoryLog {
  entries: readonly string[];
  /** Sizes at which it signed. */
  sizes: readonly number[];
  signer?: NoteSigner;
}

/** A log in memory, by definition right: every tile and checkpoint is computed from its leaves by the definition. */
export function memoryCopy({ entries, sizes, signer = LOG }: MemoryLog): LogCopy {
  const bytes = entries.map((entry) => Buffer.from(entry));
  const leaves = bytes.map((entry) => leafHash(entry));
  const notes = sizes.map((size) => {
    const root = rootHash(leaves.slice(0, size));
    const text = formatCheckpoint({ origin: signer.verifierKey.name, size: BigInt(size), root });
    return joinNote(text, [signNote(text, signer), cosignNote(text, WITNESS, 1_772_323_200n)]);
  });
  return {
    keys: async () => [signer.verifierKey, WITNESS.verifierKey],
    newest: async () => notes.at(-1),
    checkpoints: async function* (after = -1n) {
      yield* notes.filter((_, n) => BigInt(sizes[n]!) > after);
    },
    bundle: async ({ index, width }) => encodeBundle(bytes.slice(Number(index) * 256, Number(index) * 256 + width)),
    async tile({ level, index, width }) {
      const span = 256 ** level;
      return Buffer.concat(
        Array.from({ length: width }, (_, n) => {
          const start = (Number(index) * 256 + n) * span;
          return rootHash(leaves.slice(start, start + span));
        }),
      );
    },
    policies: async () => new Map([[POLICY_HASH, Buffer.from(POLICY)]]),
    foreign: async function* () {},
  };
}
