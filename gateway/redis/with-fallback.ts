import type { Clock } from '../../schema/city-clock.ts';

/** What replicas share in Redis, and this process has for itself when Redis is absent or down. */
export interface WithFallback<Store> {
  /** Works on the shared store; when there is none, or it fails, on the local one, saying so. Rejects only if the local one does. */
  use<T>(work: (store: Store, where: 'shared' | 'alone' | 'fallen-back') => Promise<T>): Promise<T>;
  /** Whether there is a shared store, so that `use` takes a round trip. */
  readonly shared: boolean;
  /** Forgets that the shared store failed: it is connected anew, and may be tried at once. */
  retry(): void;
  /** Whether the shared store failed the last time it was tried. For health. */
  degraded(): boolean;
}

/** While Redis is down, queries do not wait for it: it is tried again after this long. */
const RETRY_AFTER_MS = 1_000;

/** A shared store if there is one, with a local one in its place while it fails. */
export function withFallback<Store>({
  shared,
  local,
  clock,
}: {
  shared: Store | undefined;
  local: Store;
  clock: Clock;
}): WithFallback<Store> {
  let failedAt: number | undefined;
  return {
    async use(work) {
      if (shared === undefined) return work(local, 'alone');
      if (failedAt === undefined || Math.abs(clock() - failedAt) >= RETRY_AFTER_MS) {
        try {
          const result = await work(shared, 'shared');
          failedAt = undefined;
          return result;
        } catch {
          failedAt = clock();
        }
      }
      return work(local, 'fallen-back');
    },
    shared: shared !== undefined,
    retry() {
      failedAt = undefined;
    },
    degraded: () => failedAt !== undefined,
  };
}
