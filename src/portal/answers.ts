/** Things that were made, by what they were asked for; the ones that were not asked for longest go first. */
export interface Kept<Value> {
  /** What is kept under the key, or what `make` gives; many who ask at once wait for one. What failed is not kept. */
  get(key: string, make: () => Promise<Value>): Promise<Value>;
}

/** @param most what all values together may weigh */
export function createKept<Value>(most: number, weightOf: (value: Value) => number): Kept<Value> {
  const values = new Map<string, { value: Promise<Value>; weight: number }>();
  let total = 0;

  function drop(key: string): void {
    total -= values.get(key)?.weight ?? 0;
    values.delete(key);
  }

  return {
    async get(key, make) {
      const known = values.get(key);
      if (known !== undefined) {
        // A Map keeps its order: what is put in again is the newest.
        values.delete(key);
        values.set(key, known);
        return known.value;
      }
      const entry = { value: make(), weight: 0 };
      values.set(key, entry);
      try {
        const value = await entry.value;
        if (values.get(key) !== entry) return value;
        entry.weight = weightOf(value);
        total += entry.weight;
        for (const oldest of values.keys()) {
          if (total <= most) break;
          drop(oldest);
        }
        return value;
      } catch (error) {
        if (values.get(key) === entry) drop(key);
        throw error;
      }
    },
  };
}
