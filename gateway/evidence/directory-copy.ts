import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatVerifierKey, NoteError, parseVerifierKey, type VerifierKey } from '../querylog/signed-note.ts';
import { HASH_BYTES } from '../querylog/suite.ts';
import { TILE_WIDTH } from '../querylog/tiles.ts';
import { isNumberedPath, isTreePath, LAYOUT } from './directory-layout.ts';
import type { LogCopy } from './log-copy.ts';

/** An exported log. Rejects only for what the system refuses, such as a file without permission to read. */
export function openDirectoryCopy(directory: string): LogCopy {
  const read = (path: string) => readIfPresent(join(directory, path));
  const text = async (path: string) => (await read(path))?.toString('utf8');
  return {
    keys: async () => parseKeys((await text(LAYOUT.keys)) ?? ''),
    newest: () => text(LAYOUT.newest),
    checkpoints: (after = -1n) => checkpointsIn(directory, after),
    bundle: (tile) => read(LAYOUT.bundle(tile)),
    async tile(tile) {
      const hashes = await read(LAYOUT.tile(tile));
      return hashes?.length === tile.width * HASH_BYTES ? hashes : undefined;
    },
    policies: () => policiesIn(join(directory, LAYOUT.policies)),
    foreign: (size, checkpoints) => foreignIn(directory, size, BigInt(checkpoints)),
  };
}

/** One note after the other, an empty line between them: a note has exactly one within, before its signatures. */
export function joinNotes(notes: readonly string[]): string {
  return notes.join('\n');
}

function splitNotes(text: string): string[] {
  const parts = text.replace(/\n$/, '').split('\n\n');
  return Array.from({ length: Math.ceil(parts.length / 2) }, (_, n) => `${parts.slice(2 * n, 2 * n + 2).join('\n\n')}\n`);
}

async function* checkpointsIn(directory: string, after: bigint): AsyncGenerator<string> {
  for (let index = 0n; ; index++) {
    const notes = await notesAt(directory, index);
    yield* after < 0n ? notes : notes.filter((note) => (sizeOfNote(note) ?? 0n) > after);
    if (notes.length < TILE_WIDTH) return;
  }
}

/** Size of the tree that a note is about; undefined when it is no checkpoint. Nothing is verified. */
export function sizeOfNote(note: string): bigint | undefined {
  const [, size] = /^[^\n]+\n(\d{1,19})\n/.exec(note) ?? [];
  return size === undefined ? undefined : BigInt(size);
}

/** How many entries a copy's newest checkpoint covers; 0 where it has none. Nothing is verified. */
export async function sizeOfCopy(copy: Pick<LogCopy, 'newest'>): Promise<bigint> {
  return sizeOfNote((await copy.newest()) ?? '') ?? 0n;
}

/** The notes of one file, full or not; none where there is no file. */
export async function notesAt(directory: string, index: bigint): Promise<string[]> {
  const full = await readIfPresent(join(directory, LAYOUT.checkpoints({ index, width: TILE_WIDTH })));
  if (full !== undefined) return splitNotes(full.toString('utf8'));
  const folder = join(directory, `${LAYOUT.checkpoints({ index, width: TILE_WIDTH })}.p`);
  const widths = (await namesIn(folder)).map(Number).filter((width) => width > 0 && width < TILE_WIDTH);
  if (widths.length === 0) return [];
  const partial = await readIfPresent(join(directory, LAYOUT.checkpoints({ index, width: Math.max(...widths) })));
  return splitNotes(partial?.toString('utf8') ?? '');
}

/** Nothing but keys, each on its line and in its one spelling. */
function parseKeys(text: string): VerifierKey[] | undefined {
  try {
    const keys = text.split('\n').slice(0, -1).map(parseVerifierKey);
    return keys.map((key) => `${formatVerifierKey(key)}\n`).join('') === text && keys.length > 0 ? keys : undefined;
  } catch (error) {
    if (error instanceof NoteError) return undefined;
    throw error;
  }
}

/** Policy versions in files that are named by the hash of their content; others are passed over. */
export async function policiesIn(folder: string): Promise<ReadonlyMap<string, Uint8Array> | undefined> {
  const kept = new Map<string, Uint8Array>();
  const names = await namesIn(folder);
  for (const name of names) {
    const content = await readIfPresent(join(folder, name));
    if (content === undefined) continue;
    const hash = createHash('sha256').update(content).digest('hex');
    if (name === `${hash}.json`) kept.set(hash, content);
  }
  return names.length === 0 ? undefined : kept;
}

async function* foreignIn(directory: string, size: bigint, checkpoints: bigint): AsyncGenerator<string> {
  const policies = await policiesIn(join(directory, LAYOUT.policies));
  for await (const path of filesIn(directory, '')) {
    const [, hash = ''] = /^policies\/([0-9a-f]{64})\.json$/.exec(path) ?? [];
    const isOwn =
      path === LAYOUT.newest ||
      path === LAYOUT.keys ||
      isTreePath(path, size) ||
      isNumberedPath(path, checkpoints, LAYOUT.checkpoints) ||
      policies?.has(hash) === true;
    if (!isOwn) yield path;
  }
}

async function* filesIn(directory: string, folder: string): AsyncGenerator<string> {
  for (const entry of await readdir(join(directory, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* filesIn(directory, path);
    else yield path;
  }
}

async function readIfPresent(file: string): Promise<Buffer | undefined> {
  return unlessAbsent(readFile(file));
}

async function namesIn(folder: string): Promise<string[]> {
  return (await unlessAbsent(readdir(folder))) ?? [];
}

async function unlessAbsent<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
