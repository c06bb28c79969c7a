import { type BigIntStats, type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';

/** Editors write a file in several steps and a deployment several files: one call for all of them. */
const QUIET_MILLISECONDS = 200;
/**
 * The system's watch stays with a directory that was renamed, removed or linked away, and tells of a link's own change, not of a change
 * behind it: how often it is seen whether another stands there.
 */
const LOOK_MILLISECONDS = 1_000;

/**
 * Calls back once the files directly in these directories have been quiet after a change; `changed` must not throw. `directories` is asked
 * again and again: what is made, replaced or linked anew is a change, and is watched from then on.
 */
export function watchDirectories(directories: () => readonly string[], changed: () => void): { close(): void } {
  let watched = new Map<string, Watched>();
  let timer: NodeJS.Timeout | undefined;

  function later(): void {
    clearTimeout(timer);
    timer = setTimeout(changed, QUIET_MILLISECONDS);
    timer.unref();
  }

  function look(): void {
    const before = watched;
    watched = new Map(directories().map((path) => [path, kept(before.get(path), path) ?? watchOne(path, later)]));
    const current = new Set(watched.values());
    const left = [...before.values()].filter((one) => !current.has(one));
    for (const { watcher } of left) watcher?.close();
    if (left.length > 0 || watched.size > before.size) later();
  }

  watched = new Map(directories().map((path) => [path, watchOne(path, later)]));
  const looking = setInterval(look, LOOK_MILLISECONDS);
  looking.unref();
  return {
    close() {
      clearInterval(looking);
      clearTimeout(timer);
      for (const { watcher } of watched.values()) watcher?.close();
    },
  };
}

/** A directory as it was when its watch began; undefined while there is none. */
interface Watched {
  identity: string | undefined;
  watcher: FSWatcher | undefined;
}

function watchOne(path: string, later: () => void): Watched {
  const identity = identityOf(path);
  try {
    const watcher = identity === undefined ? undefined : watch(path, { persistent: false }, later).on('error', later);
    return { identity, watcher };
  } catch {
    // Gone again, or the system has no watch left: it is looked at, and what is in it loaded, at the next look.
    return { identity: undefined, watcher: undefined };
  }
}

function kept(one: Watched | undefined, path: string): Watched | undefined {
  return one?.identity === identityOf(path) ? one : undefined;
}

/**
 * Tells a directory from another that has its path, or, one removed, even its number; and from itself once what a link in it leads to was
 * changed. Undefined while it cannot be read.
 */
function identityOf(path: string): string | undefined {
  try {
    const { dev, ino, birthtimeNs } = statSync(path, { bigint: true });
    return [dev, ino, birthtimeNs, ...behindLinks(path)].join('/');
  } catch {
    return undefined;
  }
}

function behindLinks(directory: string): string[] {
  const links = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isSymbolicLink());
  return links.map(({ name }) => {
    const stats: BigIntStats | undefined = statSync(join(directory, name), { bigint: true, throwIfNoEntry: false });
    return stats ? [name, stats.dev, stats.ino, stats.mtimeNs].join(' ') : name;
  });
}
