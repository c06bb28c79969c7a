import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Resolves once every file below a directory, and its name, is on the disk. Rejects as the system does. */
export async function flushDirectory(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await flushDirectory(path);
    else await flush(path);
  }
  await flush(directory);
}

async function flush(path: string): Promise<void> {
  const file = await open(path);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
