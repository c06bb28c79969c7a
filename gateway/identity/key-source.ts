import { open } from 'node:fs/promises';
import { request } from 'undici';
import type { Clock } from '../../schema/city-clock.ts';
import { KeySetError, parseKeySet } from './key-set.ts';
import type { VerificationKey } from './key-set.ts';

/** The public keys of the token issuer, kept fresh. */
export interface KeySource {
  /**
   * The key of this id, undefined if the issuer has none: at once, where it is at hand. Rejects with {@link KeySetError} while no key set
   * recent enough is, or the issuer cannot be asked for one that is not at hand.
   */
  find(kid: string): VerificationKey | Promise<VerificationKey | undefined>;
  /** Loads the keys if they are not loaded, for a start that fails early. @throws {KeySetError} saying what is wrong with the key set. */
  ready(): Promise<void>;
  /** Whether the last attempt to load the keys failed, so that those in use may be old. */
  degraded(): boolean;
}

/** Where the keys are, and how strictly they are taken. */
export interface KeySourceOptions {
  /** A file, or an http(s) address. */
  location: string;
  /** Production refuses development keys and unencrypted addresses. */
  production: boolean;
  clock: Clock;
}

/** A key the issuer has withdrawn verifies tokens for at most this long. */
const REFRESH_AFTER_MS = 5 * 60_000;
/** Tokens with invented key ids must not become requests to the issuer: it is asked at most this often. */
const REFETCH_FLOOR_MS = 10_000;
/** An issuer that is down stops the city only after this long; longer would keep trusting a key withdrawn meanwhile. */
const KEEP_STALE_MS = 60 * 60_000;
const FETCH_TIMEOUT_MS = 3_000;
const MAX_KEY_SET_BYTES = 256 * 1024;
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * A source of verification keys from a JSON Web Key Set in a file or at an address. Callers that need it at the same
 * time share one fetch; redirects are refused; size and time are bounded.
 * @throws {KeySetError} for an address that production cannot trust.
 */
export function createKeySource({ location, production, clock }: KeySourceOptions): KeySource {
  const read = reader(location, production);
  let keys: ReadonlyMap<string, VerificationKey> = new Map();
  let loadedAt: number | undefined;
  let attemptedAt: number | undefined;
  let failure: unknown;
  let loading: Promise<void> | undefined;

  // A clock set back must not freeze old keys: time that has not come yet counts as long ago.
  const olderThan = (at: number | undefined, ms: number) => at === undefined || clock() < at || clock() - at >= ms;

  async function load(): Promise<void> {
    try {
      keys = parseKeySet(await read(), { production });
      loadedAt = clock();
      failure = undefined;
    } catch (error) {
      failure = error;
    }
  }

  function refresh(): Promise<void> {
    if (loading === undefined && olderThan(attemptedAt, REFETCH_FLOOR_MS)) {
      attemptedAt = clock();
      loading = load().finally(() => {
        loading = undefined;
      });
    }
    return loading ?? Promise.resolve();
  }

  async function ready(): Promise<void> {
    if (olderThan(loadedAt, REFRESH_AFTER_MS)) {
      const refreshed = refresh();
      // An issuer that failed may be slow to fail again: nobody waits for it while its keys may still be used.
      if (failure === undefined || olderThan(loadedAt, KEEP_STALE_MS)) await refreshed;
    }
    if (olderThan(loadedAt, KEEP_STALE_MS)) throw unusable(location, failure);
  }

  async function found(kid: string): Promise<VerificationKey | undefined> {
    await ready();
    if (!keys.has(kid)) await refresh();
    const key = keys.get(kid);
    // It may be one that the issuer has had since.
    if (key === undefined && failure !== undefined) throw unusable(location, failure);
    return key;
  }

  return {
    ready,
    degraded: () => failure !== undefined,
    find: (kid) => (olderThan(loadedAt, REFRESH_AFTER_MS) ? undefined : keys.get(kid)) ?? found(kid),
  };
}

function unusable(location: string, failure: unknown): KeySetError {
  const reason = failure instanceof KeySetError ? failure.message : 'it cannot be read';
  // The address may carry credentials: name the host, not the rest.
  const name = isAddress(location) ? new URL(location).host : location;
  return new KeySetError(`Keys of the token issuer (${name}): ${reason}`, { cause: failure });
}

function reader(location: string, production: boolean): () => Promise<string> {
  if (!isAddress(location)) return () => readKeyFile(location);
  const { protocol, hostname } = new URL(location);
  if (production && protocol === 'http:' && !LOOPBACK.includes(hostname)) {
    throw new KeySetError(
      'The address of the key set must begin with https:// in production: whoever alters it decides who everybody is',
    );
  }
  return () => fetchKeySet(location);
}

function isAddress(location: string): boolean {
  return /^https?:\/\//i.test(location) && URL.canParse(location);
}

async function readKeyFile(path: string): Promise<string> {
  const file = await open(path);
  try {
    if ((await file.stat()).size > MAX_KEY_SET_BYTES) throw tooLarge();
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** undici follows no redirect by itself, so that the configured host alone answers for the keys. */
async function fetchKeySet(address: string): Promise<string> {
  const signal = AbortSignal.timeout(FETCH_TIMEOUT_MS);
  const { statusCode, body } = await request(address, { signal, headers: { accept: 'application/json' } });
  try {
    if (statusCode !== 200) throw new KeySetError(`the address answered with HTTP status ${statusCode}`);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_KEY_SET_BYTES) throw tooLarge();
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  } finally {
    // Destroying an unfinished body reports an abort to its listeners; this one was expected.
    body.on('error', () => undefined).destroy();
  }
}

function tooLarge(): KeySetError {
  return new KeySetError(`the key set is larger than ${MAX_KEY_SET_BYTES} bytes`);
}
