import { STOP_SIGNALS } from '../until-stopped.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/** A worker that runs. */
export interface WorkerProcess {
  /** Lost when the worker has ended meanwhile. */
  send(message: ToWorker): void;
  /** Asks it to finish what is under way and to end. */
  stop(): void;
}

/** How a process ended: by its exit code or by a signal. */
export interface WorkerEnd {
  code: number | null;
  signal: string | null;
}

/** What a worker's process tells of itself. */
export interface WorkerEvents {
  message(message: FromWorker): void;
  ended(end: WorkerEnd): void;
}

/** What workers are supervised with. */
export interface SupervisorOptions {
  /** Workers to keep running; they are numbered from 1, and a replacement has its predecessor's number. */
  count: number;
  fork(worker: number, events: WorkerEvents): WorkerProcess;
  /** Milliseconds of a clock that only goes forward. */
  clock(): number;
  /** Does the work once after so many milliseconds, unless what it answered with is called before. */
  later(work: () => void, ms: number): () => void;
  /** Called once, when every worker answers for the first time. */
  onReady(url: string): void;
  /** Told of everything else that a worker says, with the way to answer it. */
  onMessage(worker: number, message: Exclude<FromWorker, { kind: 'READY' }>, from: Pick<WorkerProcess, 'send'>): void;
  /** Told of every worker that ended unasked. */
  onDeath(death: WorkerEnd & { worker: number; wasReady: boolean }): void;
}

/** The workers of this process. */
export interface Supervisor {
  /** Those that answer, by number. */
  serving(): ReadonlyMap<number, WorkerProcess>;
  /** How many ended unasked so far. */
  readonly deaths: number;
  /** Asks all to finish; none is replaced any more. */
  stop(): void;
  /** Resolves once all have ended after `stop`: `drained` when each ended well. Rejects when one does not come up and nobody answers. */
  readonly ended: Promise<{ drained: boolean }>;
}

/** A worker does not come up, and nobody else answers. */
class WorkersError extends Error {
  constructor(worker: number, starts: number) {
    super(
      `第 ${worker} 个工作进程连续 ${starts} 次未能启动，已放弃；原因见上文。 ` +
        `Worker ${worker} ended ${starts} times in a row while it started; it said why above`,
    );
    this.name = 'WorkersError';
  }
}

/** A worker that dies as soon as it answers must not keep the machine busy with its starts. */
const RESTART_FLOOR_MS = 1_000;
/** What keeps it from starting (a broken file, a key set out of reach) may be mended: it is tried that often at least. */
const RESTART_CEILING_MS = 30_000;
/** Starts in a row that fail before it is clear that the next one will. */
const FAILED_STARTS = 3;

/**
 * Starts the workers and replaces any that ends unasked, at a distance from its last start that doubles with every start that fails.
 * Gives up when one fails again and again before all were ever ready, or while nobody else answers: as long as others do, a worker
 * that does not come up is tried again and never costs theirs.
 */
export function supervise(options: SupervisorOptions): Supervisor {
  return new Workers(options);
}

interface Slot {
  readonly worker: number;
  process: WorkerProcess | undefined;
  isReady: boolean;
  startedAt: number;
  failedStarts: number;
}

class Workers implements Supervisor {
  readonly ended: Promise<{ drained: boolean }>;
  deaths = 0;
  readonly #options: SupervisorOptions;
  readonly #slots: readonly Slot[];
  /** Cancels of replacements that are to come. */
  readonly #pending = new Set<() => void>();
  #phase: 'STARTING' | 'SERVING' | 'STOPPING' = 'STARTING';
  #drained = true;
  #failure: WorkersError | undefined;
  #settle = (): void => {};

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.ended = new Promise((resolve, reject) => {
      this.#settle = () => (this.#failure === undefined ? resolve({ drained: this.#drained }) : reject(this.#failure));
    });
    this.#slots = Array.from({ length: options.count }, (_, index) => emptySlot(index + 1));
    for (const slot of this.#slots) this.#begin(slot);
  }

  serving(): ReadonlyMap<number, WorkerProcess> {
    return new Map(this.#slots.flatMap(({ worker, process, isReady }) => (process && isReady ? [[worker, process]] : [])));
  }

  stop(): void {
    this.#phase = 'STOPPING';
    for (const cancel of this.#pending) cancel();
    this.#pending.clear();
    for (const { process } of this.#slots) process?.stop();
    this.#settleWhenAllEnded();
  }

  #begin(slot: Slot): void {
    slot.startedAt = this.#options.clock();
    const process = this.#options.fork(slot.worker, {
      message: (message) => {
        if (message.kind === 'READY') this.#ready(slot, message.url);
        else this.#options.onMessage(slot.worker, message, process);
      },
      ended: (end) => this.#gone(slot, end),
    });
    slot.process = process;
  }

  #ready(slot: Slot, url: string): void {
    Object.assign(slot, { isReady: true, failedStarts: 0 });
    if (this.#phase !== 'STARTING' || !this.#slots.every(({ isReady }) => isReady)) return;
    this.#phase = 'SERVING';
    this.#options.onReady(url);
  }

  #gone(slot: Slot, end: WorkerEnd): void {
    const wasReady = slot.isReady;
    Object.assign(slot, { process: undefined, isReady: false });
    if (this.#phase === 'STOPPING') {
      this.#drained &&= endedWell(end, wasReady);
      return this.#settleWhenAllEnded();
    }
    this.deaths += 1;
    this.#options.onDeath({ ...end, worker: slot.worker, wasReady });
    if (!wasReady) slot.failedStarts += 1;
    if (this.#isHopeless(slot)) {
      this.#failure = new WorkersError(slot.worker, slot.failedStarts);
      return this.stop();
    }
    this.#replaceLater(slot);
  }

  #isHopeless({ failedStarts }: Slot): boolean {
    return failedStarts >= FAILED_STARTS && (this.#phase === 'STARTING' || !this.#slots.some(({ isReady }) => isReady));
  }

  #replaceLater(slot: Slot): void {
    const distanceMs = Math.min(RESTART_CEILING_MS, RESTART_FLOOR_MS * 2 ** slot.failedStarts);
    const work = () => {
      this.#pending.delete(cancel);
      this.#begin(slot);
    };
    const cancel = this.#options.later(work, Math.max(0, slot.startedAt + distanceMs - this.#options.clock()));
    this.#pending.add(cancel);
  }

  #settleWhenAllEnded(): void {
    if (this.#slots.every(({ process }) => process === undefined)) this.#settle();
  }
}

function emptySlot(worker: number): Slot {
  return { worker, process: undefined, isReady: false, startedAt: 0, failedStarts: 0 };
}

/** A worker that is stopped before it could answer has nothing under way and ends by the signal itself. */
function endedWell({ code, signal }: WorkerEnd, wasReady: boolean): boolean {
  return code === 0 || (!wasReady && STOP_SIGNALS.some((stop) => stop === signal));
}
