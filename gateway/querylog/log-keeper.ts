import type { Db } from '../../database/db.ts';
import type { Clock } from '../../schema/city-clock.ts';
import { ensureMonths } from './months.ts';

/** Months are made well ahead: one missed hour, or day, harms nothing. */
const MONTHS_MS = 3_600_000;

/** What looks after the log while a gateway runs. */
export interface LogKeeperOptions {
  db: Db;
  clock: Clock;
  /** Told of work that failed and will be tried again; it must not throw. */
  report: (error: unknown) => void;
}

/** Does at once, and then again and again, what the log needs beside its appends. */
export function keepLog({ db, clock, report }: LogKeeperOptions): { close(): Promise<void> } {
  const months = every(MONTHS_MS, () => ensureMonths(db, clock()), report);
  return { close: () => months.close() };
}

/** Runs work at once and then in that distance, never twice at a time; closing waits for what is under way. */
function every(distanceMs: number, work: () => Promise<void>, report: (error: unknown) => void): { close(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const run = async () => {
    await work().catch(report);
    if (!closed) timer = setTimeout(() => (running = run()), distanceMs).unref();
  };
  let running = run();
  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
