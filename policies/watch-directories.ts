import { watch } from 'node:fs';

/** Editors write a file in several steps and a deployment several files: one call for all of them. */
const QUIET_MILLISECONDS = 200;

/** Calls back once the files directly in these directories have been quiet after a change; `changed` must not throw. */
export function watchDirectories(directories: readonly string[], changed: () => void): { close(): void } {
  let timer: NodeJS.Timeout | undefined;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(changed, QUIET_MILLISECONDS);
    timer.unref();
  };
  const watchers = directories.map((path) => watch(path, { persistent: false }, later));
  // A directory that is replaced ends its watcher: what is in force stays, and the report names the directory.
  for (const watcher of watchers) watcher.on('error', changed);
  return {
    close() {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}
