import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { makeDirectory } from './make-directory.ts';

/** Who has a data directory open. */
export interface LockOwner {
  /** Tells this holding of the lock from every other. */
  token: string;
  host: string;
  pid: number;
  /** When the process started, as the system tells it; empty where it does not. Another process with the same pid differs in it. */
  started: string;
  /** Where the owner serves its database to other processes. */
  socket: string;
}

/** The outcome of {@link lockDirectory}. */
export type LockOutcome = { held: true; release: () => Promise<void> } | { held: false; owner: LockOwner; file: string };

/**
 * Takes the lock of a data directory, or tells who holds it. The lock is the file `lock`, made whole by one link(2).
 *
 * The lock of a dead process (kill -9) is succeeded, not removed: the successor links its own claim to `lock.after.<token>`, which only
 * one process can, and a claim whose process died is succeeded in the same way. A claim counts only if, after it was made, the chain
 * that begins at `lock` still ends in it; then it is renamed to `lock`, and the chain is cleared away.
 * An owner on another host cannot be asked and counts as alive.
 */
export async function lockDirectory(directory: string, socket: string): Promise<LockOutcome> {
  makeDirectory(directory);
  const own: LockOwner = {
    token: randomUUID(),
    host: os.hostname(),
    pid: process.pid,
    started: startOf(process.pid) ?? '',
    socket,
  };
  const lockFile = path.join(directory, 'lock');
  const ownFile = `${lockFile}.${own.token}`;
  // On the disk before it is linked: a lock that lost its content with the machine's power could not be succeeded.
  await writeFile(ownFile, JSON.stringify(own), { mode: 0o600, flush: true });
  try {
    for (;;) {
      const chain = await readChain(lockFile);
      const last = chain.at(-1);
      if (last !== undefined && isAlive(last.owner)) return { held: false, owner: last.owner, file: last.file };
      const claim = last === undefined ? lockFile : `${lockFile}.after.${last.owner.token}`;
      // Dying after the link leaves a claim of a dead process, which the next one succeeds.
      if (!(await linked(ownFile, claim))) continue;
      if ((await readChain(lockFile)).at(-1)?.owner.token !== own.token) {
        await rm(claim, { force: true });
        continue;
      }
      if (claim !== lockFile) await rename(claim, lockFile);
      // Dying from here on leaves files nobody follows: the chain begins at `lock`.
      for (const { file } of [...chain.slice(1), { file: claim }]) if (file !== lockFile) await rm(file, { force: true });
      return { held: true, release: () => rm(lockFile, { force: true }) };
    }
  } finally {
    await rm(ownFile, { force: true });
  }
}

/** What to do, in a sentence, about an owner that cannot be asked whether it still runs; empty for one that can: it does. */
export function adviceOn({ owner, file }: Extract<LockOutcome, { held: false }>): string {
  if (owner.host === os.hostname()) return '';
  return ` 若该机器上已无此进程，或本机曾用此名，请删除 ${file}。 If it no longer runs there, or ${owner.host} is what this machine was called, remove ${file}.`;
}

interface ChainLink {
  file: string;
  owner: LockOwner;
}

/** The lock, and the claims to succeed it, in their order; only the last may be alive. */
async function readChain(lockFile: string): Promise<ChainLink[]> {
  const chain: ChainLink[] = [];
  for (let file = lockFile; ; ) {
    const owner = await readOwner(file);
    if (owner === undefined) return chain;
    chain.push({ file, owner });
    file = `${lockFile}.after.${owner.token}`;
  }
}

async function readOwner(file: string): Promise<LockOwner | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as LockOwner;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Whether the owner's process still runs; one that ended and was not yet reaped does not. */
export function isAlive({ host, pid, started }: LockOwner): boolean {
  if (host !== os.hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (isCode(error, 'ESRCH')) return false;
  }
  return started === '' || startOf(pid) === started;
}

/** Boot and start time of a process where the system has /proc; undefined for one that is dead or where there is none. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command, in brackets, may contain anything; state is the 3rd and start time the 22nd field.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}/${fields[19]}`;
  } catch {
    return undefined;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
