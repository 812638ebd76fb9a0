import { ArcosError } from '../base/errors.ts';

export const TOO_DEEP = 'The statement is nested too deeply to be read';

/** What `work` gives, or `otherwise` where a text is nested deeper than the call stack, which all that walks trees relies on. */
export function withinStack<Value>(work: () => Value, otherwise: () => Value): Value {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError && error.message.includes('call stack')) return otherwise();
    throw error;
  }
}

/** {@link withinStack} for work that has no place for faults: throws INVALID. */
export function demandWithinStack<Value>(work: () => Value): Value {
  return withinStack(work, () => {
    throw new ArcosError('INVALID', TOO_DEEP);
  });
}
