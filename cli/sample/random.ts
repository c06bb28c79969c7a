/** Items with weights, of any sum; at least one. */
export type Weighted<T = unknown> = readonly [readonly [T, number], ...(readonly [T, number])[]];

/**
 * Reproducible pseudo-random numbers: the same label gives the same sequence on every machine (sfc32, seeded by a hash of
 * the label). For made-up data only, never for a secret.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(label: string) {
    [this.#a, this.#b, this.#c] = hash(label);
    // The first numbers after seeding still resemble the seed.
    for (let round = 0; round < 12; round++) this.fraction();
  }

  /** In [0, 1). */
  fraction(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** A whole number, both ends included. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.fraction() * (to - from + 1));
  }

  pick<const Items extends readonly [unknown, ...unknown[]]>(items: Items): Items[number] {
    return items[Math.floor(this.fraction() * items.length)] ?? items[0];
  }

  /** One of the items, each as often as its weight among all weights. */
  weighted<const Items extends Weighted>(items: Items): Items[number][0] {
    let left = this.fraction() * items.reduce((total, [, weight]) => total + weight, 0);
    for (const [item, weight] of items) {
      left -= weight;
      if (left < 0) return item;
    }
    return items[0][0];
  }

  /** Log-normal with the given median; `sigma` is the standard deviation of the logarithm. */
  logNormal(median: number, sigma: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.fraction())) * Math.cos(2 * Math.PI * this.fraction());
    return median * Math.exp(sigma * normal);
  }

  /** Poisson (Knuth's method: the mean must be small). */
  poisson(mean: number): number {
    const limit = Math.exp(-mean);
    let product = this.fraction();
    let events = 0;
    while (product > limit) {
      product *= this.fraction();
      events++;
    }
    return events;
  }

  /** Geometric from 0: the negative binomial of size 1, with variance mean + mean². */
  geometric(mean: number): number {
    return Math.floor(Math.log(1 - this.fraction()) / Math.log(mean / (1 + mean)));
  }

  /** A value of a distribution known by its quantiles, log-linear between them; clamped to the outermost two. */
  quantile(points: readonly (readonly [probability: number, value: number])[]): number {
    const at = this.fraction();
    const upper = points.findIndex(([probability]) => probability >= at);
    const [p1, v1] = points.at(upper === -1 ? -1 : upper) ?? [1, 1];
    const [p0, v0] = upper > 0 ? (points[upper - 1] ?? [p1, v1]) : [p1, v1];
    return p1 === p0 ? v1 : v0 * (v1 / v0) ** ((at - p0) / (p1 - p0));
  }
}

/** Three 32-bit words of a text (cyrb-style mixing). */
function hash(text: string): [number, number, number] {
  const words: [number, number, number] = [0x9e3779b9, 0x243f6a88, 0xb7e15162];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    words[0] = Math.imul(words[0] ^ code, 0x85ebca6b) ^ (words[2] >>> 13);
    words[1] = Math.imul(words[1] ^ code, 0xc2b2ae35) ^ (words[0] >>> 15);
    words[2] = Math.imul(words[2] ^ code, 0x27d4eb2f) ^ (words[1] >>> 11);
  }
  return words;
}
