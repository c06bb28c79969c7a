import { bundlePath, type Tile, TILE_WIDTH, tilePath } from '../querylog/tiles.ts';

/** Where the parts of an exported log are, from its directory on. Tiles and bundles are where C2SP tlog-tiles puts them. */
export const LAYOUT = {
  newest: 'checkpoint',
  keys: 'keys',
  policies: 'policies',
  tile: tilePath,
  bundle: bundlePath,
  /** Checkpoints, 256 to a file, numbered and split into folders as bundles are. */
  checkpoints: (at: Pick<Tile, 'index' | 'width'>) => bundlePath(at).replace('tile/entries', 'checkpoints'),
} as const;

/** Whether a path is where one of `count` things, 256 to a file, is kept by that naming. */
export function isNumberedPath(path: string, count: bigint, naming: (at: { index: bigint; width: number }) => string): boolean {
  const [, folders = '', width] = /^[a-z/0-9]*?((?:x\d{3}\/)*\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path) ?? [];
  const index = BigInt(folders.replaceAll(/[x/]/g, '') || '0');
  const left = count - index * BigInt(TILE_WIDTH);
  const expected = left < TILE_WIDTH ? Number(left) : TILE_WIDTH;
  return left > 0n && Number(width ?? TILE_WIDTH) === expected && naming({ index, width: expected }) === path;
}

/** Whether a tree of that size has this tile or bundle. */
export function isTreePath(path: string, size: bigint): boolean {
  const [, level] = /^tile\/(\d{1,2}|entries)\//.exec(path) ?? [];
  if (level === undefined) return false;
  if (level === 'entries') return isNumberedPath(path, size, bundlePath);
  return isNumberedPath(path, size >> (8n * BigInt(level)), (at) => tilePath({ level: Number(level), ...at }));
}
