import { GatewayError } from '../errors.ts';

/** Counts what is being answered, so that overload is refused early and shutdown waits for the rest. */
export interface InFlight {
  readonly count: number;
  /** The server is about to stop: it still answers, and keeps no connection open. */
  readonly leaving: boolean;
  /** Throws OVERLOADED when there is no room or the server is stopping: `run` would. */
  assertRoom(): void;
  /** Runs `work`; rejects with OVERLOADED when there is no room or the server is stopping. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Keeps no connection open from now on. */
  leave(): void;
  /** Refuses whatever comes next. Resolves when all that was under way has ended, appends to the log included. */
  drain(): Promise<void>;
}

/** One for all: a flood is refused with it, and the stack of an error costs a tenth of a refusal. */
const OVERLOADED = new GatewayError('OVERLOADED');

/** Room for `limit` requests at a time. */
export function createInFlight(limit: number): InFlight {
  let count = 0;
  let leaving = false;
  let draining = false;
  let onIdle = () => {};
  const idle = new Promise<void>((resolve) => {
    onIdle = resolve;
  });
  const assertRoom = () => {
    if (draining || count >= limit) throw OVERLOADED;
  };
  return {
    get count() {
      return count;
    },
    get leaving() {
      return leaving;
    },
    assertRoom,
    async run(work) {
      assertRoom();
      count += 1;
      try {
        return await work();
      } finally {
        count -= 1;
        if (draining && count === 0) onIdle();
      }
    },
    leave() {
      leaving = true;
    },
    drain() {
      draining = true;
      if (count === 0) onIdle();
      return idle;
    },
  };
}
