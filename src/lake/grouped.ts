/** What came of one item of a group. */
export type Outcome<Result> = { readonly value: Result } | { readonly error: unknown };

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (value: Result) => void;
  readonly reject: (error: unknown) => void;
}

export interface GroupOptions<Item> {
  /** Items of one call at the most. */
  readonly most: number;
  /** Two items of the same key do not go together. */
  readonly key?: (item: Item) => string;
}

/**
 * Does together what comes while the call before is under way, so that under load each pays for a share of a
 * transaction, and alone nobody waits. `work` gives an outcome for each item in their order; where it throws, each item
 * is tried alone, so that one's fault is not another's.
 */
export function grouped<Item, Result>(
  work: (items: readonly Item[]) => Promise<readonly Outcome<Result>[]>,
  { most, key }: GroupOptions<Item>,
): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let busy = false;

  function take(): Waiting<Item, Result>[] {
    const taken: Waiting<Item, Result>[] = [];
    const left: Waiting<Item, Result>[] = [];
    const keys = new Set<string>();
    for (const each of waiting) {
      const own = key?.(each.item);
      const fits = taken.length < most && (own === undefined || !keys.has(own));
      (fits ? taken : left).push(each);
      if (own !== undefined) keys.add(own);
    }
    waiting = left;
    return taken;
  }

  async function attempt(group: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const outcomes = await work(group.map(({ item }) => item));
      for (const [index, { resolve, reject }] of group.entries()) {
        const outcome = outcomes[index];
        if (outcome !== undefined && 'value' in outcome) resolve(outcome.value);
        else reject(outcome?.error);
      }
    } catch (error) {
      if (group.length === 1) group[0]?.reject(error);
      else for (const each of group) await attempt([each]);
    }
  }

  async function run(): Promise<void> {
    busy = true;
    while (waiting.length > 0) await attempt(take());
    busy = false;
  }

  return (item) =>
    new Promise<Result>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!busy) void run();
    });
}
