/** A department that failed too often in a row and is left alone for a while. */
export class LeftAloneError extends Error {
  constructor() {
    super('the department is left alone');
    this.name = 'LeftAloneError';
  }
}

/** Keeps queries from a department that does not answer. */
export interface CircuitBreaker {
  /** Whether everybody may ask. */
  readonly closed: boolean;
  /**
   * Does the work, told whether it is the one trial that decides for everybody whether the department is asked again.
   * Rejects with {@link LeftAloneError} while the circuit is open; while a trial is under way, waits for its verdict.
   */
  run<T>(work: (isTrial: boolean) => Promise<T>): Promise<T>;
}

export interface CircuitBreakerOptions {
  /** Failures in a row that open the circuit. */
  failures: number;
  /** Milliseconds until one query tries again. */
  restMs: number;
  /** Whether an error speaks against the department; any other end closes the circuit. */
  isFailure: (error: unknown) => boolean;
  /** Whether a failure breaks off what is under way, as a server that restarts does: that is one failure, however many it hits. */
  isBreak: (error: unknown) => boolean;
}

/** A closed circuit. It only counts: no timer runs, and while all is well an answer costs it one assignment. */
export function createCircuitBreaker({ failures, restMs, isFailure, isBreak }: CircuitBreakerOptions): CircuitBreaker {
  let inARow = 0;
  let counted = 0;
  let openedAt: number | undefined;
  let trial: Promise<void> | undefined;

  /** @param countedBefore failures counted when the work began. */
  function count(error: unknown, countedBefore: number): void {
    if (openedAt !== undefined || !isFailure(error) || (isBreak(error) && counted !== countedBefore)) return;
    counted += 1;
    if (++inARow >= failures) openedAt = performance.now();
  }

  async function tryAgain<T>(work: (isTrial: boolean) => Promise<T>): Promise<T> {
    let decide = () => {};
    trial = new Promise((resolve) => {
      decide = resolve;
    });
    let failed = false;
    try {
      return await work(true);
    } catch (error) {
      failed = isFailure(error);
      throw error;
    } finally {
      openedAt = failed ? performance.now() : undefined;
      if (!failed) inARow = 0;
      trial = undefined;
      decide();
    }
  }

  return {
    get closed() {
      return openedAt === undefined;
    },
    async run(work) {
      while (openedAt !== undefined) {
        if (trial !== undefined) await trial;
        else if (performance.now() - openedAt >= restMs) return tryAgain(work);
        else throw new LeftAloneError();
      }
      const countedBefore = counted;
      try {
        const result = await work(false);
        // An answer to a question of before the circuit opened says nothing about now.
        if (openedAt === undefined) inARow = 0;
        return result;
      } catch (error) {
        count(error, countedBefore);
        throw error;
      }
    },
  };
}
