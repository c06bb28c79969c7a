import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { vi } from 'vitest';
import { openDatabase } from '../../database/open-database.ts';
import { publishLogKey } from '../../gateway/querylog/checkpoint-store.ts';
import { entryOf } from '../../gateway/querylog/entry.fixture.ts';
import type { NewEntry, Receipt } from '../../gateway/querylog/entry.ts';
import { createQueryLog } from '../../gateway/querylog/query-log.ts';
import { createCheckpointSigner } from '../../gateway/querylog/sign-checkpoint.ts';
import { createSealer } from '../../gateway/sealed/sealer.ts';
import { readSealKeys } from '../../gateway/sealed/seal-keys.ts';
import { LOG, ORIGIN } from '../../gateway/witness/witness.fixture.ts';
import { makeDataDirectory } from '../../test/support/database.ts';

/** A data directory with a log in it, for tests of commands, which read it through this process as beside a running gateway. */
export async function logDirectory() {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'log-'));
  await makeDataDirectory(directory);
  const db = await openDatabase({ dataDirectory: directory });
  await publishLogKey(db, LOG.verifierKey);
  const log = createQueryLog({ db, origin: ORIGIN, seal: createSealer(readSealKeys('k'.repeat(32))) });
  return {
    directory,
    db,
    environment: { NODE_ENV: 'test', XINQIAO_DATA: directory, XINQIAO_LOG_ORIGIN: ORIGIN },
    append: (...entries: Partial<NewEntry>[]): Promise<Receipt[]> =>
      Promise.all(entries.map((entry, n) => log.append(entryOf(`r${n}`, entry)))),
    sign: () => createCheckpointSigner(db, LOG).sign(),
    async close() {
      await db.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** Runs a command in this process; resolves with what it printed and its exit code, rejects as it does. */
export async function runHere(
  register: (program: Command, environment: NodeJS.ProcessEnv) => void,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<{ printed: string; exitCode: number }> {
  let printed = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((printed += String(text)), true));
  const warn = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const program = new Command('xinqiao').exitOverride().configureOutput({ writeErr: () => undefined });
  register(program, environment);
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await program.parseAsync(['node', 'xinqiao', ...args]);
    return { printed, exitCode: process.exitCode };
  } finally {
    process.exitCode = before;
    write.mockRestore();
    warn.mockRestore();
  }
}
