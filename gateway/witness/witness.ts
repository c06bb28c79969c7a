import { parseCheckpoint, type Checkpoint } from '../querylog/checkpoint.ts';
import { cosignNote, joinNote, type NoteSigner, parseNote, signatureLine, type VerifierKey } from '../querylog/signed-note.ts';
import { type AddCheckpoint, parseAddCheckpoint, type Refusal, refusalOf } from './add-checkpoint.ts';
import type { WitnessStore } from './witness-store.ts';

/** What a witness answers to a request to cosign. `knownSize` is its own, for a sender that was wrong about it. */
export type Verdict = { cosignature: string } | { refusal: Refusal; knownSize?: bigint };

/** Who a witness is and whom it follows. */
export interface WitnessOptions {
  /** Signs cosignatures (type COSIGNATURE). */
  signer: NoteSigner;
  /** Keys of the logs it follows; a key's name is the log's origin, and a log whose key changes has several. */
  logs: readonly VerifierKey[];
  store: WitnessStore;
  /** Milliseconds since the epoch. */
  clock: () => number;
  /** Told of every checkpoint that a log signed and that does not go with what it showed before. */
  reportFork: (origin: string, refusal: Refusal) => void;
}

/** Cosigns what continues what it has seen of a log, and nothing else, so that a log cannot show two histories. */
export interface Witness {
  addCheckpoint(body: string): Verdict;
  /** The checkpoint last cosigned, with the signatures of log and witness. */
  latest(origin: string): string | undefined;
}

/**
 * A witness as C2SP tlog-witness describes it. Judging and keeping are one synchronous step, so that no two requests can pass the
 * same judgement; what is kept is durable before the cosignature exists for anybody else. Throws when it cannot be kept.
 */
export function createWitness({ signer, logs, store, clock, reportFork }: WitnessOptions): Witness {
  function addCheckpoint(body: string): Verdict {
    const request = parseAddCheckpoint(body);
    if (request === undefined) return { refusal: 'MALFORMED' };
    const { origin } = request.checkpoint;
    const keys = logs.filter(({ name }) => name === origin);
    const kept = keys.length === 0 ? undefined : store.read(origin);
    const known = kept === undefined ? undefined : readKept(kept);
    const refusal = refusalOf(request, known, keys);
    if (refusal === undefined) return { cosignature: cosign(request, keys) };
    if (refusal === 'FORKED' || refusal === 'INCONSISTENT') reportFork(origin, refusal);
    if (refusal === 'FORKED') store.keepEvidence(origin, `${kept}\n${noteOf(request, keys)}`);
    return { refusal, ...(refusal === 'STALE' && { knownSize: known?.size ?? 0n }) };
  }

  function cosign(request: AddCheckpoint, keys: readonly VerifierKey[]): string {
    const cosignature = cosignNote(request.note.text, signer, BigInt(Math.floor(clock() / 1_000)));
    store.keep(request.checkpoint.origin, noteOf(request, keys) + cosignature);
    // Dying here: the sender hears nothing, asks again with the old size, and is told the new one.
    return cosignature;
  }

  return { addCheckpoint, latest: (origin) => store.read(origin) };
}

/** The note with the log's own signatures alone: a sender may have added any number of others. */
function noteOf({ note }: AddCheckpoint, keys: readonly VerifierKey[]): string {
  const own = note.signatures.filter((line) => keys.some(({ name, keyId }) => name === line.name && keyId === line.keyId));
  return joinNote(
    note.text,
    own.map((line) => signatureLine(line, line.signature)),
  );
}

function readKept(note: string): Checkpoint {
  const checkpoint = parseCheckpoint(parseNote(note).text);
  if (checkpoint === undefined) throw new Error('the checkpoint kept of a log is damaged: nothing more may be cosigned of it');
  return checkpoint;
}
