/** Random numbers that are the same for the same seed (mulberry32): the sample is the same for everyone. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of the items; earlier ones are likelier, the first about `skew` times the last. */
  pick<Item>(items: readonly Item[], skew = 1): Item {
    const uniform = this.next();
    const place = skew === 1 ? uniform : (skew ** uniform - 1) / (skew - 1);
    const index = Math.floor(place * items.length);
    return items[Math.min(index, items.length - 1)] as Item;
  }
}
