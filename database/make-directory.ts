import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';

/**
 * Makes a directory for its owner alone (mode 0700), and those above it that are missing. Throws the system's error when it cannot be made:
 * Node's own `recursive` tries for ever where the system says ENOENT in a directory that is there, as it does under /proc.
 */
export function makeDirectory(directory: string): void {
  const above = path.dirname(path.resolve(directory));
  if (!existsSync(above)) makeDirectory(above);
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
