import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  ConstantBackoff,
  handleWhen,
  retry,
  TaskCancelledError,
  timeout,
  TimeoutStrategy,
} from 'cockatiel';
import { TransportError } from './department-transport.ts';
import type { DepartmentAnswer, DepartmentCall, DepartmentRequest, DepartmentTransport } from './department-transport.ts';

/** Failures in a row after which a department is left alone: more than one query with its retry, less than a user's patience. */
const FAILURES_TO_OPEN = 5;
/** How long it is left alone before one query tries again, in milliseconds. */
const HALF_OPEN_AFTER_MS = 5_000;
/** Pause before the retry, in milliseconds: long enough for a restarted connection, short beside the timeout. */
const RETRY_PAUSE_MS = 50;

/** How a call to a department ended, for the metrics. REJECTED: it does not know our signature, so keys or clocks differ. */
export interface DepartmentObservation {
  department: string;
  outcome: 'ANSWERED' | 'REJECTED' | 'TIMEOUT' | 'FAILED' | 'CIRCUIT_OPEN' | 'ABORTED';
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
  const breaker = circuitBreaker(handleWhen(isDepartmentsFault), {
    halfOpenAfter: HALF_OPEN_AFTER_MS,
    breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
  });
  const oneMore = retry(handleWhen(mayFareBetter), { maxAttempts: 1, backoff: new ConstantBackoff(RETRY_PAUSE_MS) });
  const once = timeout(timeoutMs, TimeoutStrategy.Aggressive);

  const attempt = async (request: DepartmentRequest, call: DepartmentCall) => {
    const startedAt = performance.now();
    const done = (end: Pick<DepartmentObservation, 'outcome' | 'reason'>) =>
      observe({ department, ...end, durationMs: performance.now() - startedAt });
    try {
      call.signal.throwIfAborted();
      const verdict = breaker.execute(async () => {
        const send = (client?: AbortSignal) => once.execute(({ signal }) => transport.send(request, { ...call, signal }), client);
        // The one query that tries a department again decides for everybody: without its client it goes on to its end,
        // because the breaker would take its being given up for a success.
        if (breaker.state !== CircuitState.Closed) return send();
        try {
          return await send(call.signal);
        } catch (error) {
          // The timeout policy reports a client's abort as a timeout; it must not open the circuit for everybody else.
          call.signal.throwIfAborted();
          throw error;
        }
      });
      const answer = await unlessAborted(verdict, call.signal);
      const rejection = answer.errors.find(({ code }) => code === 'CONTEXT_REQUIRED' || code === 'CONTEXT_INVALID')?.code;
      done(rejection == null ? { outcome: 'ANSWERED' } : { outcome: 'REJECTED', reason: rejection });
      return answer;
    } catch (error) {
      done({ outcome: outcomeOf(error, call.signal), reason: reasonOf(error) });
      throw error;
    }
  };
  return (request, { idempotent, ...call }) =>
    idempotent ? oneMore.execute(() => attempt(request, call), call.signal) : attempt(request, call);
}

/** Rejects as soon as the client has gone, whatever becomes of the work. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let leave = () => {};
  const gone = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason as Error);
  });
  signal.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([work, gone]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

/** Whoever asks for too much must not have the department left alone by everybody. */
function isDepartmentsFault(error: Error): boolean {
  return (error instanceof TransportError && !error.tooLong) || error instanceof TaskCancelledError;
}

function mayFareBetter(error: Error): boolean {
  return error instanceof TaskCancelledError || (error instanceof TransportError && error.retryable);
}

function outcomeOf(error: unknown, signal: AbortSignal): DepartmentObservation['outcome'] {
  if (signal.aborted) return 'ABORTED';
  if (error instanceof BrokenCircuitError) return 'CIRCUIT_OPEN';
  return error instanceof TaskCancelledError ? 'TIMEOUT' : 'FAILED';
}

function reasonOf(error: unknown): string {
  if (error instanceof TransportError) return error.message;
  return error instanceof Error ? error.name : 'unknown';
}
