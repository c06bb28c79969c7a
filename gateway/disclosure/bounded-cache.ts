/** A map of at most `capacity` entries that forgets the one not used for longest. */
export interface BoundedCache<Value> {
  /** The entry, made and kept when there is none; a failure to make one keeps nothing. */
  remember(key: string, make: () => Value): Value;
  readonly size: number;
}

/** Creates an empty cache. A `Map` keeps insertion order, so its first key is the one to forget. */
export function createBoundedCache<Value>(capacity: number): BoundedCache<Value> {
  const entries = new Map<string, { value: Value }>();
  return {
    remember(key, make) {
      const entry = entries.get(key) ?? { value: make() };
      entries.delete(key);
      entries.set(key, entry);
      const oldest = entries.keys().next();
      if (entries.size > capacity && oldest.done !== true) entries.delete(oldest.value);
      return entry.value;
    },
    get size() {
      return entries.size;
    },
  };
}
