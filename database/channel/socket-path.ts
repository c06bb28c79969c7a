import { createHash } from 'node:crypto';
import { lstat, mkdir, realpath } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** Longest path that every system takes for a socket, in bytes. */
const PATH_BYTES = 100;

/**
 * Where the process that opens a data directory serves it: a folder only this user can enter, a name made of the directory's real path.
 * Not in the directory itself, whose path may be too long for a socket. Throws when somebody else made that folder.
 */
export async function socketPathOf(directory: string): Promise<string> {
  const user = os.userInfo().uid;
  const name = `${createHash('sha256')
    .update(await realpath(directory))
    .digest('hex')
    .slice(0, 24)}.sock`;
  const paths = [os.tmpdir(), '/tmp'].map((folder) => path.join(folder, `xinqiao-${user}`, name));
  const socketPath = paths.find((candidate) => Buffer.byteLength(candidate) <= PATH_BYTES) ?? path.join('/tmp', name);
  const folder = path.dirname(socketPath);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const stat = await lstat(folder);
  if (!stat.isDirectory() || stat.uid !== user || (stat.mode & 0o077) !== 0)
    throw new Error(`${folder} is not a folder of this user alone; remove it`);
  return socketPath;
}
