import { mkdirSync, openSync, closeSync, fsyncSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { originHash } from './origin-hash.ts';

/** What a witness must not forget: the last checkpoint it cosigned of each log. */
export interface WitnessStore {
  /** The note last kept for the log; undefined before the first. Throws when the file cannot be read. */
  read(origin: string): string | undefined;
  /** Keeps a note in place of the last one; returns once it would survive the machine. Throws, and the last one stays, when it would not. */
  keep(origin: string, note: string): void;
  /** Keeps, beside it, the two notes that prove that a log has shown two faces. The first proof stays. */
  keepFork(origin: string, notes: string): void;
  /** Keeps a request whose proof did not hold, in place of the one before: whoever has a checkpoint of the log can send any number of them. */
  keepUnproven(origin: string, request: string): void;
}

/** Name of the file in which a witness keeps what its operator must look at. */
export function evidenceFile(origin: string, ending: 'fork' | 'unproven'): string {
  return `${originHash(origin)}.${ending}`;
}

/** A directory with a file a log, named by the hash of its origin. One process at a time may write to it. */
export function openWitnessStore(directory: string): WitnessStore {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const checkpointOf = (origin: string) => join(directory, `${originHash(origin)}.checkpoint`);
  const keep = (file: string, content: string) => replaceDurably(directory, file, content);
  return {
    read: (origin) => readIfPresent(checkpointOf(origin)),
    keep: (origin, note) => keep(checkpointOf(origin), note),
    keepFork(origin, notes) {
      const file = join(directory, evidenceFile(origin, 'fork'));
      if (readIfPresent(file) === undefined) keep(file, notes);
    },
    keepUnproven(origin, request) {
      const file = join(directory, evidenceFile(origin, 'unproven'));
      if (readIfPresent(file) !== request) keep(file, request);
    },
  };
}

/** Dying at any line leaves the old file or the new one, whole: what was answered is never forgotten. */
function replaceDurably(directory: string, file: string, content: string): void {
  const draft = `${file}.draft`;
  writeFileSync(draft, content, { mode: 0o600, flush: true });
  renameSync(draft, file);
  const folder = openSync(directory, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
