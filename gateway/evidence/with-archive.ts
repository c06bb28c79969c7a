import { decodeBundle, encodeBundle, splitBundle } from '../querylog/entry-bundle.ts';
import { type Tile, TILE_WIDTH } from '../querylog/tiles.ts';
import { sizeOfCopy } from './directory-copy.ts';
import type { LogCopy } from './log-copy.ts';

const WIDTH = BigInt(TILE_WIDTH);

/**
 * A log whose first `archived` entries have left its database: those are read from the archive, everything else from the database. The
 * archive proves nothing by itself here: whether its entries are the log's is told by the database's tiles and checkpoints.
 */
export function withArchive(database: LogCopy, archive: LogCopy, archived: bigint): LogCopy {
  async function archivedBundle(index: bigint): Promise<ReturnType<typeof splitBundle>> {
    const size = await sizeOfCopy(archive);
    const left = size - index * WIDTH;
    const bundle = left <= 0n ? undefined : await archive.bundle({ index, width: left < WIDTH ? Number(left) : TILE_WIDTH });
    return splitBundle(bundle ?? new Uint8Array(0));
  }

  async function bundle({ index, width }: Pick<Tile, 'index' | 'width'>): Promise<Uint8Array | undefined> {
    const first = index * WIDTH;
    const away = archived - first;
    if (away <= 0n) return database.bundle({ index, width });
    const kept = await archivedBundle(index);
    const old = kept.entries.slice(0, Math.min(width, away < WIDTH ? Number(away) : TILE_WIDTH));
    const rest = away < BigInt(width) ? await database.bundle({ index, width }) : undefined;
    const entries = [...old, ...(rest === undefined ? [] : decodeBundle(rest))];
    // Whoever verifies is given the damage as it is.
    const damage = old.length === kept.entries.length ? kept.rest : new Uint8Array(0);
    return entries.length + damage.length === 0 ? undefined : Buffer.concat([encodeBundle(entries), damage]);
  }

  return {
    ...database,
    bundle,
    async policies() {
      const kept = new Map([...((await archive.policies()) ?? []), ...((await database.policies()) ?? [])]);
      return kept.size === 0 ? undefined : kept;
    },
  };
}

/**
 * A log as its database holds it while the first `archived` entries and no more have left it. Reading entries rejects
 * once others have, with an Error for the operator: what is missing then is no fault of the log, and must not be left out of a copy in silence.
 */
export function unlessArchived(database: LogCopy, archived: bigint, archivedNow: () => Promise<bigint>): LogCopy {
  return {
    ...database,
    async bundle(tile) {
      const bundle = await database.bundle(tile);
      if ((await archivedNow()) === archived) return bundle;
      throw new Error(
        '其间有记录被归档，请给出归档目录重新运行。 Entries were archived meanwhile: run it again, with the directory of the archive.',
      );
    },
  };
}
