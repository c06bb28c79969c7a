import { LRUCache } from 'lru-cache';

/** A map of at most `capacity` in weight that forgets the entries not used for longest. */
export interface BoundedCache<Value> {
  /** The entry, made and kept when there is none; a failure to make one keeps nothing. */
  remember(key: string, make: () => Value): Value;
  /** The entry, when there is one; to look for it is to use it. */
  find(key: string): Value | undefined;
  readonly size: number;
}

/** Creates an empty cache; an entry weighs 1 unless `weigh` says otherwise, and one heavier than the whole is not kept. */
export function createBoundedCache<Value>(capacity: number, weigh: (value: Value) => number = () => 1): BoundedCache<Value> {
  // In an object of its own: a value may be null, which the library takes for none.
  const entries = new LRUCache<string, { value: Value }>({
    maxSize: capacity,
    sizeCalculation: ({ value }) => Math.max(1, Math.ceil(weigh(value))),
  });
  return {
    remember(key, make) {
      const known = entries.get(key);
      if (known !== undefined) return known.value;
      const value = make();
      entries.set(key, { value });
      return value;
    },
    find: (key) => entries.get(key)?.value,
    get size() {
      return entries.size;
    },
  };
}
