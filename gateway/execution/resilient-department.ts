import { Cancellation, type CancelSignal } from './cancellation.ts';
import { createCircuitBreaker, LeftAloneError } from './circuit-breaker.ts';
import { TransportError } from './department-transport.ts';
import type { DepartmentAnswer, DepartmentCall, DepartmentRequest, DepartmentTransport } from './department-transport.ts';

/** Failures in a row after which a department is left alone: more than one query with its retry, less than a user's patience. */
const FAILURES_TO_OPEN = 5;
/** How long it is left alone before one query tries again, in milliseconds. */
const HALF_OPEN_AFTER_MS = 5_000;
/** Pause before the retry, in milliseconds: long enough for a restarted connection, short beside the timeout. */
const RETRY_PAUSE_MS = 50;

/**
 * How a call to a department ended, for the metrics. REJECTED: it does not know our signature, so keys or clocks differ.
 * OVERLOADED: it was not asked, because too many queries wait for it.
 */
export interface DepartmentObservation {
  department: string;
  outcome: 'ANSWERED' | 'REJECTED' | 'TIMEOUT' | 'FAILED' | 'CIRCUIT_OPEN' | 'ABORTED' | 'OVERLOADED';
  durationMs: number;
  /** Why it failed, for the operators: words of ours or an error's class, never a department's text. */
  reason?: string;
}

/** Sends requests to one department with a timeout an attempt, one retry and a circuit breaker. */
export type AskDepartment = (
  request: DepartmentRequest,
  call: DepartmentCall & { idempotent: boolean },
) => Promise<DepartmentAnswer>;

/**
 * Wraps a transport. A GraphQL answer is an answer, refusals included: only silence, broken connections and unusable
 * answers count against the department; a client that asks for more than may be answered does not, and one that goes away
 * says nothing at all, neither against the department nor for it.
 */
export function resilient(
  department: string,
  transport: DepartmentTransport,
  { timeoutMs, observe }: { timeoutMs: number; observe: (observation: DepartmentObservation) => void },
): AskDepartment {
  const breaker = createCircuitBreaker({
    failures: FAILURES_TO_OPEN,
    restMs: HALF_OPEN_AFTER_MS,
    isFailure: isDepartmentsFault,
    isBreak: (error) => mayFareBetter(error) && !(error instanceof DeadlineError),
  });

  async function attempt(request: DepartmentRequest, call: DepartmentCall): Promise<DepartmentAnswer> {
    const startedAt = performance.now();
    const done = (end: Pick<DepartmentObservation, 'outcome' | 'reason'>) =>
      observe({ department, durationMs: performance.now() - startedAt, ...end });
    try {
      if (call.signal.aborted) throw call.signal.reason;
      const wasClosed = breaker.closed;
      // The trial goes on to its end without its client: given up, it would count as a success.
      const asked = breaker.run((isTrial) =>
        withDeadline(
          (signal) => transport.send(request, { contextToken: call.contextToken, requestId: call.requestId, signal }),
          timeoutMs,
          isTrial ? undefined : call.signal,
        ),
      );
      const answer = await (wasClosed ? asked : unlessAborted(asked, call.signal));
      const rejection = answer.errors.find(({ code }) => code === 'CONTEXT_REQUIRED' || code === 'CONTEXT_INVALID')?.code;
      done(rejection == null ? { outcome: 'ANSWERED' } : { outcome: 'REJECTED', reason: rejection });
      return answer;
    } catch (error) {
      done({ outcome: outcomeOf(error, call.signal), reason: reasonOf(error) });
      throw error;
    }
  }

  return async (request, { idempotent, ...call }) => {
    try {
      return await attempt(request, call);
    } catch (error) {
      if (!idempotent || !mayFareBetter(error) || call.signal.aborted) throw error;
    }
    await unlessAborted(pause(RETRY_PAUSE_MS), call.signal);
    return attempt(request, call);
  };
}

class DeadlineError extends TransportError {
  constructor() {
    super('the department did not answer in time', true);
    this.name = 'DeadlineError';
  }
}

/** Gives the work up at the deadline and when its client goes, whichever is first; then it rejects at once. */
function withDeadline<T>(work: (signal: CancelSignal) => Promise<T>, timeoutMs: number, client?: CancelSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancellation = new Cancellation();
    const giveUp = (reason: unknown) => {
      settle();
      cancellation.abort(reason);
      reject(reason as Error);
    };
    const timer = setTimeout(() => giveUp(new DeadlineError()), timeoutMs);
    const leave = () => giveUp(client?.reason);
    const settle = () => {
      clearTimeout(timer);
      client?.removeEventListener('abort', leave);
    };
    if (client?.aborted) return leave();
    client?.addEventListener('abort', leave);
    work(cancellation).then(
      (result) => {
        settle();
        return resolve(result);
      },
      (error: unknown) => {
        settle();
        reject(error as Error);
      },
    );
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

/** Rejects as soon as the client has gone, whatever becomes of the work. */
async function unlessAborted<T>(work: Promise<T>, signal: CancelSignal): Promise<T> {
  let leave = () => {};
  const gone = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason as Error);
  });
  signal.addEventListener('abort', leave);
  try {
    return await Promise.race([work, gone]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

/** Whoever asks for too much must not have the department left alone by everybody. */
function isDepartmentsFault(error: unknown): boolean {
  return error instanceof TransportError && !error.tooLong;
}

function mayFareBetter(error: unknown): boolean {
  return error instanceof TransportError && error.retryable;
}

function outcomeOf(error: unknown, signal: CancelSignal): DepartmentObservation['outcome'] {
  if (signal.aborted) return 'ABORTED';
  if (error instanceof LeftAloneError) return 'CIRCUIT_OPEN';
  return error instanceof DeadlineError ? 'TIMEOUT' : 'FAILED';
}

function reasonOf(error: unknown): string {
  if (error instanceof TransportError) return error.message;
  return error instanceof Error ? error.name : 'unknown';
}
