import { fsyncSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** The part of Emscripten's file system on Node that is completed here. */
interface NodeFileSystem {
  NODEFS: { stream_ops: { fsync?: (stream: { nfd: number }) => number } };
}

/**
 * PGlite's directory with real flushes. PGlite starts PostgreSQL with fsync off, and Emscripten's files have no fsync: a commit would
 * survive the death of the process, but not of the machine.
 */
class DurableFiles extends NodeFS {
  override async init(...args: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(...args);
    const addFsync = (mod: unknown) => {
      (mod as NodeFileSystem).NODEFS.stream_ops.fsync = ({ nfd }) => {
        fsyncSync(nfd);
        return 0;
      };
    };
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), addFsync] } };
  }
}

/** Options that make PGlite flush each commit to the disk before it reports it. */
export function durableOptions(directory: string) {
  const startParams = PGlite.defaultStartParams.filter((parameter) => parameter !== '-F');
  // Of the methods only fsync reaches the files: Emscripten answers fdatasync without doing anything.
  return {
    fs: new DurableFiles(directory),
    startParams: [...startParams, '-c', 'wal_sync_method=fsync'],
    relaxedDurability: false,
  };
}
