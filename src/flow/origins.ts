/**
 * Which task made which value, so that a task knows where its input came from without being told.
 * Objects carry their origin (the result, what is directly in it, and the promise of the call);
 * a number or a text cannot: name its task with `after`.
 */
export interface Origins {
  remember(value: unknown, keys: readonly string[]): void;
  /** Keys of the tasks that made `value` or something in it, in the order found. */
  of(value: unknown): string[];
}

const DEEPEST = 4;
/** Enough for what people pass between tasks; a large array of rows is not worth a walk. */
const MOST_VALUES = 2_000;

export function createOrigins(): Origins {
  const makers = new WeakMap<object, readonly string[]>();

  return {
    remember(value, keys) {
      if (typeof value !== 'object' || value === null) return;
      makers.set(value, keys);
      if (value instanceof Promise) return;
      for (const member of Object.values(value).slice(0, MOST_VALUES)) {
        // What a task hands on was made by the task before it.
        if (typeof member === 'object' && member !== null && !makers.has(member)) makers.set(member, keys);
      }
    },

    of(value) {
      const found = new Set<string>();
      let left = MOST_VALUES;
      const walk = (current: unknown, depth: number) => {
        if (typeof current !== 'object' || current === null || left-- <= 0) return;
        const keys = makers.get(current);
        if (keys !== undefined) for (const key of keys) found.add(key);
        else if (depth < DEEPEST) for (const member of Object.values(current)) walk(member, depth + 1);
      };
      walk(value, 0);
      return [...found];
    },
  };
}
