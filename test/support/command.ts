import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../cli/bin.js', import.meta.url));
const PRELOAD = new URL('child.mjs', import.meta.url).href;
/** What a process needs of the environment whatever it does. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'TZ'] as const;

/** A `xinqiao` command that runs as a process of its own. */
export interface RunningCommand {
  readonly pid: number;
  /** Lines of standard output and standard error so far. */
  readonly lines: readonly string[];
  /** Resolves with the line, past ones included, that contains the text for the `times`-th time (default: first); rejects when the process ends without one. */
  untilSaid(text: string, times?: number): Promise<string>;
  /** Resolves with the address, `http://host:port`, of a gateway that has started; rejects when it ends before. */
  untilReady(): Promise<string>;
  isRunning(): boolean;
  /** Resolves once the process has ended, with its exit code or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Sends a signal and waits for the end. */
  stop(signal: 'SIGTERM' | 'SIGHUP' | 'SIGKILL'): Promise<number | NodeJS.Signals>;
}

/** Starts `xinqiao` (or the one at `bin`) with these arguments and this environment alone. It dies with the test. */
export function startCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  bin: string = BIN,
): RunningCommand {
  const child = spawn(process.execPath, ['--import', PRELOAD, bin, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...passedOn(), ...environment },
  });
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => {
      lines.push(line);
      for (const listener of listeners) listener();
    });
  }
  const ended = endOf(child);
  const untilSaid = (text: string, times = 1): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = lines.filter((line) => line.includes(text))[times - 1];
        if (found === undefined) return;
        listeners.delete(look);
        resolve(found);
      };
      listeners.add(look);
      look();
      void ended.then((end) =>
        reject(new Error(`xinqiao ${args.join(' ')} ended (${end}) without “${text}”:\n${lines.join('\n')}`)),
      );
    });
  return {
    pid: child.pid ?? 0,
    lines,
    ended,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    untilSaid,
    untilReady: async () => /http:\/\/[\d.]+:\d+/.exec(await untilSaid('Xinqiao is ready'))?.[0] ?? '',
    stop(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

/** Runs a command to its end. */
export async function runCommand(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, ['--import', PRELOAD, BIN, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...passedOn(), ...environment },
  });
  const [stdout, stderr, end] = await Promise.all([textOf(child.stdout), textOf(child.stderr), endOf(child)]);
  return { stdout, stderr, end };
}

function passedOn(): Record<string, string> {
  return Object.fromEntries(PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}

async function endOf(child: ChildProcess): Promise<number | NodeJS.Signals> {
  // `close` and not `exit`: what it said last has been read by then.
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return signal ?? code ?? 0;
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
