import type { FreshEntries } from './querylog/fresh-entries.ts';
import { reportNews } from './report-news.ts';

/** Entries of this process that a follower does not wait for longer with: so many are a batch, and some thousands later they are forgotten. */
const BATCH_WAITS = 2_000;

/** Work that is looked for again and again while the gateway runs. */
export interface Rounds {
  /** Takes what is next; resolves with true when there is more to be taken at once. */
  round: () => Promise<unknown>;
  /** How long it waits, in milliseconds, when there is not. */
  everyMs: number;
  /** What this process writes to the log itself, for work that follows the log. */
  fresh?: FreshEntries | undefined;
  /** Told of rounds that failed, of the same failure once; the next round comes after the wait. */
  report: (error: unknown) => void;
}

/** Goes round until closed, which resolves after the round under way. */
export function goRound({ round, everyMs, fresh, report }: Rounds): { close(): Promise<void> } {
  const closing = new AbortController();
  const news = reportNews(report);

  async function follow(): Promise<void> {
    while (!closing.signal.aborted) {
      const isMore = await attempt();
      if (isMore !== true) await untilDue(closing.signal);
    }
  }

  async function attempt(): Promise<unknown> {
    try {
      const isMore = await round();
      news.succeeded();
      return isMore;
    } catch (error) {
      return news.failed(error);
    }
  }

  function untilDue(closed: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const due = () => {
        clearTimeout(timer);
        stopWaiting?.();
        closed.removeEventListener('abort', due);
        resolve();
      };
      const timer = setTimeout(due, everyMs);
      const stopWaiting = fresh?.whenNoted(BATCH_WAITS, due);
      closed.addEventListener('abort', due);
      if (closed.aborted) due();
    });
  }

  const following = follow();
  return {
    async close() {
      closing.abort();
      await following;
    },
  };
}
