import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import manifest from '../../package.json' with { type: 'json' };

/** A process of its own that a benchmark measures or needs. */
export interface Contender {
  pid: number;
  /** CPU seconds used so far, threads included; NaN where the system does not tell. */
  cpuSeconds(): number;
  /** Memory resident now, in bytes; NaN where the system does not tell. */
  residentBytes(): number;
  stop(): Promise<void>;
}

export interface Start {
  /** Script to run, by its address. */
  script: URL;
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  core: number | undefined;
  /** Answers 200 once the process is ready, for a script that sends no message. */
  readyAt?: string;
}

/** Kernel ticks a second in /proc; Linux has had no other value for user space since 2.4. */
const TICKS = 100;
const POLL_MS = 100;
const GRACE_MS = 3_000;
/** Everybody gets the flags that `npm start` gives the gateway. */
const NODE_FLAGS = manifest.scripts.start.split(' ').filter((word) => word.startsWith('--'));
const TYPESCRIPT = new URL('../../cli/typescript.js', import.meta.url).href;
const HAS_TASKSET = process.platform === 'linux' && existsSync('/usr/bin/taskset');

/** As a list that taskset reads, from before anything was pinned. */
const ALL_CORES = HAS_TASKSET ? allowedCores().join(',') : undefined;

/** The cores to pin to: one for the contender, another for everybody else; none where there are not two or no taskset. */
export function cores(): { contender: number | undefined; others: number | undefined } {
  const [others, contender] = HAS_TASKSET ? allowedCores() : [];
  return contender === undefined ? { contender: undefined, others: undefined } : { contender, others };
}

/** Keeps a process and its threads on a core; does nothing without one, or where that is not ours to say. */
export function pin(pid: number, core: number | string | undefined): void {
  if (core === undefined) return;
  try {
    execFileSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' });
  } catch {
    // Another user's process (a database server's) stays where it is.
  }
}

/** Lets a process run on every core that we have. */
export function unpin(pid: number): void {
  pin(pid, ALL_CORES);
}

/** A process and those that it has started, of that name: the parent of a process of that name first; none where the system does not tell. */
export function familyOf(pid: number, name: string): number[] {
  const parent = Number(statOf(pid, name)?.[1]);
  if (statOf(parent, name) === undefined) return [];
  const all = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return [parent, ...all.filter((each) => Number(statOf(each, name)?.[1]) === parent)];
}

/** Starts a script; its first message comes back beside the process. Rejects when it ends before it is ready. */
export async function start<Message>(options: Start): Promise<Contender & { message: Message }> {
  const child = launch(options);
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`${basename(options.script.pathname)} ended with ${String(code)} before it was ready`);
  });
  // Once it is ready, its end is no longer news.
  failed.catch(() => {});
  const ready = options.readyAt === undefined ? once(child, 'message') : answering(options.readyAt, child);
  const [message] = (await Promise.race([ready, failed])) as [Message];
  return { ...contender(child), message };
}

async function answering(url: string, child: ChildProcess): Promise<[undefined]> {
  for (let status = 0; status !== 200 && child.exitCode === null; ) {
    await setTimeout(POLL_MS);
    status = await fetch(url).then(
      (response) => response.status,
      () => 0,
    );
  }
  return [undefined];
}

function launch({ script, args = [], env = {}, core }: Start): ChildProcess {
  const loader = script.pathname.endsWith('.ts') ? ['--import', TYPESCRIPT] : [];
  const node = [process.execPath, ...NODE_FLAGS, ...loader, fileURLToPath(script), ...args];
  const [command = '', ...rest] = core === undefined ? node : ['taskset', '-c', String(core), ...node];
  return spawn(command, rest, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'json',
  });
}

function contender(child: ChildProcess): Contender {
  const pid = child.pid ?? 0;
  return {
    pid,
    cpuSeconds: () => cpuSeconds(pid),
    residentBytes: () => residentBytes(pid),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      // Some servers take the signal for a wish.
      const late = globalThis.setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
      await exited;
      clearTimeout(late);
    },
  };
}

function cpuSeconds(pid: number): number {
  // User and system time are fields 14 and 15 (proc(5)).
  const fields = statOf(pid) ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Fields of a process from the third on; undefined where it is not there, or has another name. */
function statOf(pid: number, name?: string): string[] | undefined {
  try {
    // The name in parentheses may hold spaces.
    const [head = '', rest = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
    return name === undefined || head.endsWith(`(${name}`) ? rest.split(' ') : undefined;
  } catch {
    return undefined;
  }
}

function residentBytes(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1_024;
  } catch {
    return Number.NaN;
  }
}

function allowedCores(): number[] {
  const list = /Cpus_allowed_list:\s*(\S+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  return list.split(',').flatMap((range) => {
    const [from = Number.NaN, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}
