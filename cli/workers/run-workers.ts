import type { Logger } from '../../gateway/server/logger.ts';
import { createMetrics } from '../../gateway/server/metrics.ts';
import { forkWorker } from './fork-worker.ts';
import { createScrapes, type Scrapes } from './scrape.ts';
import { supervise } from './supervise.ts';

/** How many workers, and whom to tell of them. */
export interface RunWorkersOptions {
  count: number;
  logger: Logger;
  /** Called once, with the address, when all workers answer. */
  onReady(url: string): void;
  /** Resolves when the workers are to finish. */
  stopped: Promise<void>;
}

/**
 * Runs workers until `stopped`, and resolves when the last has finished: `drained` unless one cut requests off.
 * Rejects when they do not come up.
 */
export async function runWorkers({ count, logger, onReady, stopped }: RunWorkersOptions): Promise<{ drained: boolean }> {
  const metrics = createMetrics();
  const supervisor = supervise({
    count,
    fork: (worker, events) => forkWorker(events, (pid) => logger.info({ worker, pid }, 'worker started')),
    clock: () => performance.now(),
    later,
    onReady,
    onMessage: (worker, message, from) => scrapes.take(worker, message, from),
    onDeath: (death) => logger.error(death, 'a worker ended unasked'),
  });
  const scrapes: Scrapes = createScrapes({ serving: () => supervisor.serving(), own: metrics.series, later });
  metrics.gauge('xinqiao_worker_deaths', 'Workers that ended unasked since the start.', () => supervisor.deaths);
  void stopped.then(() => supervisor.stop());
  return supervisor.ended;
}

function later(work: () => void, ms: number): () => void {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
}
