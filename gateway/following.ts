import { reportNews } from './report-news.ts';

/** How often a table is read: at most this and the time of a small statement pass until another gateway's change holds here. */
const POLL_MS = 500;
/** Without an answer for so long, nobody knows any more what the table says. */
const STALE_MS = 5_000;

/** A table that every gateway keeps in memory. */
export interface Following<State> {
  /** As it was read last. */
  state(): State;
  /** Reads it now; rejects with `DatabaseError`. */
  refresh(): Promise<void>;
  /** Whether the last answer is young enough to decide by. */
  isKnown(): boolean;
  close(): Promise<void>;
}

export interface FollowingOptions<State> {
  /** Reads the table; what was read before may be given back when nothing has changed. */
  read: (before: State | undefined) => Promise<State>;
  /** Told of attempts to read it that failed, of the same failure once. */
  report: (error: unknown) => void;
  /** Milliseconds of a clock that only goes forward; for tests. */
  monotonic?: (() => number) | undefined;
}

/** Follows a table. Resolves once it has been read; rejects with `DatabaseError`. */
export async function follow<State>({
  read,
  report,
  monotonic = () => performance.now(),
}: FollowingOptions<State>): Promise<Following<State>> {
  let readAt = monotonic();
  let state = await read(undefined);
  let reading: Promise<void> | undefined;

  async function refresh(): Promise<void> {
    const startedAt = monotonic();
    const answer = await read(state);
    // An answer that was overtaken by a later one says what was, not what is.
    if (startedAt < readAt) return;
    readAt = startedAt;
    state = answer;
  }

  const news = reportNews(report);
  const timer = setInterval(() => {
    reading ??= refresh()
      .then(news.succeeded, news.failed)
      .finally(() => (reading = undefined));
  }, POLL_MS);
  timer.unref();
  return {
    state: () => state,
    refresh,
    isKnown: () => monotonic() - readAt < STALE_MS,
    async close() {
      clearInterval(timer);
      await reading;
    },
  };
}
