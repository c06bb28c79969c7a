import { spawnSync } from 'node:child_process';

/** What git prints in the folder; undefined where it fails, where the folder is in no clone, and where there is no git. */
export function git(folder: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync('git', [...args], { cwd: folder, encoding: 'utf8', maxBuffer: 64 << 20 });
  return status === 0 ? stdout : undefined;
}

/** The commit that a revision names; undefined where there is none. */
export function commitOf(folder: string, revision: string): string | undefined {
  return git(folder, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`])?.trim();
}
