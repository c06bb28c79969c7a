import { COSIGNATURE, NoteError, parseNote, type VerifierKey, verifyNote } from '../querylog/signed-note.ts';
import { formatAddCheckpoint } from './add-checkpoint.ts';

/** A witness that a log is to be followed by. */
export interface WitnessAddress {
  /** What `/add-checkpoint` is appended to. */
  url: string;
  /** Of type COSIGNATURE. */
  key: VerifierKey;
}

/** A checkpoint to be cosigned, and how its log proves that it grew. */
export interface ToCosign {
  /** The signed note. */
  note: string;
  size: bigint;
  /** Consistency proof from a smaller size, above 0, to this one. */
  proofFrom: (oldSize: bigint) => Promise<readonly Uint8Array[]>;
}

/**
 * What came of asking. AHEAD: it has cosigned a larger tree than this one. REFUSED: it does not accept this log, or its answer is no
 * cosignature. FORK: it has seen another history, which is the alarm witnesses are for: another tree of this size (409), or one that this
 * log's own proof does not begin with (422; nobody else had a hand in that proof).
 */
export type Asked =
  | { outcome: 'COSIGNED'; cosignature: string; knownSize: bigint }
  | { outcome: 'AHEAD'; knownSize: bigint }
  | { outcome: 'REFUSED' | 'FORK'; status: number };

const TIMEOUT_MS = 5_000;
/** Past these, a witness that names another size each time follows nobody. */
const ATTEMPTS = 4;
/** Longer than any cosignature. */
const MAX_ANSWER_CHARACTERS = 4_096;

/**
 * Asks a witness for its cosignature, from the size up to which it is believed to know the log; when it says that it knows
 * another, from there; it may have moved on meanwhile, when other gateways ask as well. Rejects when it cannot be reached.
 */
export async function askWitness(
  { url, key }: WitnessAddress,
  toCosign: ToCosign,
  believedSize: bigint,
  fetcher: typeof fetch = fetch,
): Promise<Asked> {
  let oldSize = believedSize < toCosign.size ? believedSize : toCosign.size;
  for (let attempt = 1; ; attempt++) {
    const { status, text } = await post(`${url}/add-checkpoint`, await bodyOf(toCosign, oldSize), fetcher);
    if (status === 200) return readCosignature(toCosign, text, key);
    const knownSize = status === 409 ? parseSize(text) : undefined;
    if (status === 422) return { outcome: 'FORK', status };
    if (knownSize === undefined) return { outcome: 'REFUSED', status };
    if (knownSize > toCosign.size) return { outcome: 'AHEAD', knownSize };
    // Asked from where it says it is, at this very size: only another root is left to be in conflict.
    if (attempt > 1 && knownSize === oldSize) return { outcome: knownSize === toCosign.size ? 'FORK' : 'REFUSED', status };
    if (attempt === ATTEMPTS) return { outcome: 'REFUSED', status };
    oldSize = knownSize;
  }
}

async function bodyOf({ note, size, proofFrom }: ToCosign, oldSize: bigint): Promise<string> {
  const proof = oldSize === 0n || oldSize === size ? [] : await proofFrom(oldSize);
  return formatAddCheckpoint(oldSize, proof, note);
}

async function post(url: string, body: string, fetcher: typeof fetch): Promise<{ status: number; text: string }> {
  const response = await fetcher(url, {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'text/plain; charset=utf-8' },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return { status: response.status, text: await beginningOf(response) };
}

/** Behind that nothing is received: a witness is somebody else's, and may send, or unpack to, any number of gigabytes in the time it has. */
async function beginningOf({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= MAX_ANSWER_CHARACTERS) break;
  }
  return text.slice(0, MAX_ANSWER_CHARACTERS);
}

/** Only this witness's own line is kept, and only when it holds: an answer is not to be believed because it came. */
function readCosignature({ note, size }: ToCosign, text: string, key: VerifierKey): Asked {
  try {
    for (const cosignature of text.split('\n').filter((line) => line.startsWith(`— ${key.name} `))) {
      const [verified] = verifyNote({ ...parseNote(note), signatures: parseNote(`x\n\n${cosignature}\n`).signatures }, [key]);
      if (verified?.key.type === COSIGNATURE) return { outcome: 'COSIGNED', cosignature: `${cosignature}\n`, knownSize: size };
    }
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
  }
  return { outcome: 'REFUSED', status: 200 };
}

function parseSize(text: string): bigint | undefined {
  return /^(0|[1-9]\d{0,18})\n$/.test(text) ? BigInt(text.trim()) : undefined;
}
