import { parseCheckpoint, type Checkpoint } from '../querylog/checkpoint.ts';
import { cosignNote, joinNote, type NoteSigner, parseNote, signatureLine, type VerifierKey } from '../querylog/signed-note.ts';
import { type AddCheckpoint, formatAddCheckpoint, parseAddCheckpoint, type Refusal, refusalOf } from './add-checkpoint.ts';
import type { WitnessStore } from './witness-store.ts';

/** What a witness answers to a request to cosign. `knownSize` is its own, where the request is in conflict with what it knows. */
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
  /** Told of what an operator must look at, once of a kind and log until the log has moved on. */
  report: (suspicion: Suspicion) => void;
}

/** A checkpoint that a log signed and that does not go with what the witness cosigned last. */
export interface Suspicion {
  origin: string;
  /** FORKED is proven; INCONSISTENT may be the log's doing or that of whoever sent it. */
  kind: Extract<Refusal, 'FORKED' | 'INCONSISTENT'>;
  /** Of the checkpoint sent, and of the one that was cosigned last. */
  size: bigint;
  knownSize: bigint;
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
export function createWitness({ signer, logs, store, clock, report }: WitnessOptions): Witness {
  /** By kind and log, the size at which it was told: anybody can send the same again, and must not fill the operator's disk. */
  const told = new Map<string, bigint>();

  function addCheckpoint(body: string): Verdict {
    const request = parseAddCheckpoint(body);
    if (request === undefined) return { refusal: 'MALFORMED' };
    const { origin } = request.checkpoint;
    const keys = logs.filter(({ name }) => name === origin);
    const kept = keys.length === 0 ? undefined : store.read(origin);
    const known = kept === undefined ? undefined : readKept(kept);
    const refusal = refusalOf(request, known, keys);
    if (refusal === undefined) return { cosignature: cosign(request, keys) };
    if (known !== undefined && refusal === 'FORKED') {
      tell(refusal, request.checkpoint, known);
      store.keepFork(origin, `${kept}\n${noteOf(request, keys)}`);
    }
    // A checkpoint that is cosigned already has nothing to prove.
    if (known !== undefined && refusal === 'INCONSISTENT' && request.checkpoint.size > known.size) {
      tell(refusal, request.checkpoint, known);
      store.keepUnproven(origin, formatAddCheckpoint(request.oldSize, request.proof, noteOf(request, keys)));
    }
    return { refusal, ...((refusal === 'STALE' || refusal === 'FORKED') && { knownSize: known?.size ?? 0n }) };
  }

  /** Before it is kept: a disk that is full must not silence it. */
  function tell(kind: Suspicion['kind'], { origin, size }: Checkpoint, { size: knownSize }: Checkpoint): void {
    const key = `${kind} ${origin}`;
    if (told.get(key) !== knownSize) report({ origin, kind, size, knownSize });
    told.set(key, knownSize);
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
