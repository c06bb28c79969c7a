import { mkdirSync, openSync, closeSync, fsyncSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { originHash } from './origin-hash.ts';

/** What a witness must not forget: the last checkpoint it cosigned of each log. */
export interface WitnessStore {
  /** The note last kept for the log; undefined before the first. Throws when the file cannot be read. */
  read(origin: string): string | undefined;
  /** Keeps a note in place of the last one; returns once it would survive the machine. Throws, and the last one stays, when it would not. */
  keep(origin: string, note: string): void;
  /** Keeps, beside it, what proves that a log has shown two faces. The first proof stays. */
  keepEvidence(origin: string, notes: string): void;
}

/** A directory with a file a log, named by the hash of its origin. One process at a time may write to it. */
export function openWitnessStore(directory: string): WitnessStore {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const fileOf = (origin: string, ending: string) => join(directory, `${originHash(origin)}.${ending}`);
  const keep = (file: string, content: string) => replaceDurably(directory, file, content);
  return {
    read: (origin) => readIfPresent(fileOf(origin, 'checkpoint')),
    keep: (origin, note) => keep(fileOf(origin, 'checkpoint'), note),
    keepEvidence(origin, notes) {
      const file = fileOf(origin, 'fork');
      if (readIfPresent(file) === undefined) keep(file, notes);
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
