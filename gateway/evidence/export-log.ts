import { mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Checkpoint, parseCheckpoint } from '../querylog/checkpoint.ts';
import { formatVerifierKey, parseNote } from '../querylog/signed-note.ts';
import { TILE_WIDTH, tilesOf } from '../querylog/tiles.ts';
import { joinNotes, notesAt, openDirectoryCopy, sizeOfNote } from './directory-copy.ts';
import { LAYOUT } from './directory-layout.ts';
import type { LogCopy } from './log-copy.ts';
import { withSubtrees } from './subtree-of-copy.ts';

/** What an export did. */
export interface Exported {
  /** Size of the log in the directory, before and now. */
  before: bigint;
  size: bigint;
  checkpoints: bigint;
}

/** That a log cannot be exported here; the message is for the operator. */
export class ExportError extends Error {}

/**
 * Writes a log up to its newest checkpoint into a directory (C2SP tlog-tiles, with its checkpoints, keys and policy versions), or brings
 * that directory up to it. Dying in between leaves a directory that the next run completes: the checkpoint which covers what was
 * written is replaced last. Rejects with {@link ExportError} when there is no checkpoint, or the directory holds another history or
 * anything else.
 */
export async function exportLog(
  from: LogCopy,
  directory: string,
  onProgress: (entries: bigint, size: bigint) => void = () => undefined,
): Promise<Exported> {
  const note = await from.newest();
  const newest = note === undefined ? undefined : parseCheckpoint(parseNote(note).text);
  if (note === undefined || newest === undefined)
    throw new ExportError('日志还没有检查点。 The log has no checkpoint yet: start a gateway, which signs one within a second.');
  const before = await continued(from, directory, newest);
  await writeTree(from, directory, { before, size: newest.size, onProgress });
  const checkpoints = await writeCheckpoints(from, directory, newest.size);
  for (const [hash, content] of (await from.policies()) ?? []) await write(directory, `${LAYOUT.policies}/${hash}.json`, content);
  const keys = ((await from.keys()) ?? []).map((key) => `${formatVerifierKey(key)}\n`);
  await write(directory, LAYOUT.keys, keys.join(''));
  await replaceDurably(join(directory, LAYOUT.newest), note);
  await removeOutgrown(directory, newest.size, checkpoints);
  return { before, size: newest.size, checkpoints };
}

/** The size of what the directory holds already: 0, or that of a tree the log still begins with. */
async function continued(from: LogCopy, directory: string, newest: Checkpoint): Promise<bigint> {
  const note = await openDirectoryCopy(directory).newest();
  if (note === undefined) return begun(directory);
  const before = parseCheckpoint(parseNote(note).text);
  const another = new ExportError(
    `目录中是另一段历史。 ${directory} holds a log that this one does not continue: verify both before anything is written over.`,
  );
  if (before === undefined || before.origin !== newest.origin || before.size > newest.size) throw another;
  const root = await withSubtrees(from, newest.size, (subtree) => subtree(0n, before.size));
  if (Buffer.compare(root, before.root) !== 0) throw another;
  return before.size;
}

/** What an export leaves that died before its first checkpoint. */
const BEGUN: readonly string[] = ['tile', 'checkpoints', LAYOUT.policies, LAYOUT.keys, `${LAYOUT.newest}.draft`];

/** Nothing is of an export yet, and what is there is nothing else: two thousand files are not poured into somebody's documents. */
async function begun(directory: string): Promise<0n> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new ExportError(`无法用作目录（${error.code}）。 ${directory} cannot be used as a directory (${error.code}).`);
  });
  const other = names.find((name) => !BEGUN.includes(name));
  if (other === undefined) return 0n;
  throw new ExportError(
    `目录非空，且不是本日志的导出，未写入任何文件；请给出空目录或原导出目录。 ${directory} is not empty and no export of this log (${other} is in it): nothing was written; name an empty directory, or that of an earlier export.`,
  );
}

async function writeTree(
  from: LogCopy,
  directory: string,
  { before, size, onProgress }: { before: bigint; size: bigint; onProgress: (entries: bigint, size: bigint) => void },
): Promise<void> {
  for (const tile of tilesOf(size, before)) {
    const hashes = await from.tile(tile);
    const bundle = tile.level === 0 ? await from.bundle(tile) : undefined;
    // What is missing in the log is missing in its copy, where verifying it will say so.
    if (hashes !== undefined) await write(directory, LAYOUT.tile(tile), hashes);
    if (bundle !== undefined) await write(directory, LAYOUT.bundle(tile), bundle);
    if (tile.level === 0) onProgress(tile.index * BigInt(TILE_WIDTH) + BigInt(tile.width), size);
  }
}

/** Full files stay as they are; the rest is written anew, with the cosignatures that have come since. */
async function writeCheckpoints(from: LogCopy, directory: string, size: bigint): Promise<bigint> {
  let [index, after] = await fullFiles(directory);
  let notes: string[] = [];
  const flush = () => write(directory, LAYOUT.checkpoints({ index, width: notes.length }), joinNotes(notes));
  for await (const note of from.checkpoints(after)) {
    after = sizeOfNote(note) ?? after;
    if (after > size) break;
    notes.push(note);
    if (notes.length < TILE_WIDTH) continue;
    await flush();
    [index, notes] = [index + 1n, []];
  }
  if (notes.length > 0) await flush();
  return index * BigInt(TILE_WIDTH) + BigInt(notes.length);
}

/** How many files are full, and the size of the last checkpoint in them. */
async function fullFiles(directory: string): Promise<[files: bigint, after: bigint]> {
  for (let [index, after] = [0n, -1n]; ; index++) {
    const notes = await notesAt(directory, index);
    if (notes.length < TILE_WIDTH) return [index, after];
    after = sizeOfNote(notes.at(-1) ?? '') ?? after;
  }
}

/** Partial files of smaller sizes, which the larger ones beside them contain. */
async function removeOutgrown(directory: string, size: bigint, checkpoints: bigint): Promise<void> {
  for await (const path of openDirectoryCopy(directory).foreign(size, Number(checkpoints))) {
    if (!/^(?:tile|checkpoints)\/.*\.p\/\d{1,3}$/.test(path)) continue;
    await rm(join(directory, path));
    await rmdir(dirname(join(directory, path))).catch(() => undefined);
  }
}

async function write(directory: string, path: string, content: Uint8Array | string): Promise<void> {
  const file = join(directory, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

async function replaceDurably(file: string, content: string): Promise<void> {
  await writeFile(`${file}.draft`, content, { flush: true });
  await rename(`${file}.draft`, file);
}
