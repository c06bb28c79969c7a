/** A map of at most `capacity` in weight that forgets the entries not used for longest. */
export interface BoundedCache<Value> {
  /** The entry, made and kept when there is none; a failure to make one keeps nothing. */
  remember(key: string, make: () => Value): Value;
  /** The entry, when there is one; to look for it is to use it. */
  find(key: string): Value | undefined;
  readonly size: number;
}

/**
 * Creates an empty cache; an entry weighs 1 unless `weigh` says otherwise, and one heavier than the whole is not kept.
 * A `Map` keeps insertion order, so its first key is the one to forget.
 */
export function createBoundedCache<Value>(capacity: number, weigh: (value: Value) => number = () => 1): BoundedCache<Value> {
  const entries = new Map<string, { value: Value; weight: number }>();
  let total = 0;
  const weighed = (value: Value) => ({ value, weight: weigh(value) });

  function forget(key: string): void {
    total -= entries.get(key)?.weight ?? 0;
    entries.delete(key);
  }

  function keep(key: string, entry: { value: Value; weight: number }): void {
    if (entry.weight > capacity) return;
    forget(key);
    entries.set(key, entry);
    total += entry.weight;
    for (const oldest of entries.keys()) {
      if (total <= capacity) return;
      forget(oldest);
    }
  }

  return {
    remember(key, make) {
      const entry = entries.get(key) ?? weighed(make());
      keep(key, entry);
      return entry.value;
    },
    find(key) {
      const entry = entries.get(key);
      if (entry !== undefined) keep(key, entry);
      return entry?.value;
    },
    get size() {
      return entries.size;
    },
  };
}
