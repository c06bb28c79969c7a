import { performance } from 'node:perf_hooks';

/** Lets queries into the flow: always so many, and more while the process has time to spare. */
export interface Admission {
  /** Queries that wait to be let in. */
  readonly waiting: number;
  /** Resolves when the query may begin, in the order of asking. */
  enter(): Promise<void>;
  /** A query that was let in has ended. */
  leave(): void;
}

/**
 * Queries that are let in whatever else goes on. A busy process gains nothing by more: each holds memory that the processor's caches lose and the
 * collector moves meanwhile. Measured at 250 in flight: 64 cost a quarter less CPU a query than all of them, and 32 are too few to be joined.
 */
const ALWAYS = 64;
/** How often it is seen whether there is time to spare while queries wait, in milliseconds. */
const LOOK_MS = 2;
/** Queries that are let in then. */
const AT_A_TIME = 16;

/**
 * Whoever waits for slow departments takes no time, and is no reason to keep others out: past {@link ALWAYS} queries are let in as long as
 * the event loop has had to wait for something since the last look. `idleMs` says for how long it has in all; the process's own by default.
 */
export function createAdmission(idleMs: () => number = () => performance.nodeTiming.idleTime): Admission {
  const queue: (() => void)[] = [];
  let inside = 0;
  let idleBefore = 0;
  let isLooking = false;

  function letIn(most: number): void {
    for (const begin of queue.splice(0, most)) {
      inside += 1;
      begin();
    }
  }

  function look(): void {
    const idle = idleMs();
    if (idle > idleBefore) letIn(AT_A_TIME);
    idleBefore = idle;
    isLooking = queue.length > 0;
    if (isLooking) setTimeout(look, LOOK_MS);
  }

  return {
    get waiting() {
      return queue.length;
    },
    enter() {
      if (queue.length === 0 && inside < ALWAYS) {
        inside += 1;
        return Promise.resolve();
      }
      if (!isLooking) {
        isLooking = true;
        idleBefore = idleMs();
        setTimeout(look, LOOK_MS);
      }
      return new Promise((resolve) => void queue.push(resolve));
    },
    leave() {
      inside -= 1;
      if (queue.length > 0 && inside < ALWAYS) letIn(ALWAYS - inside);
    },
  };
}
