import { typeFault } from '../error.ts';
import { equal } from './compare.ts';
import { items as itemsOf } from './iterate.ts';
import { callable, HostObject, isUndefined, Undefined, type Value } from './value.ts';

/** Members the emitter reads straight from the object. */
export const LOOP_MEMBERS: ReadonlySet<string> = new Set([
  ...['index', 'index0', 'revindex', 'revindex0', 'first', 'last', 'length'],
  ...['depth', 'depth0', 'previtem', 'nextitem', 'cycle', 'changed'],
]);

type Again = (items: readonly Value[], depth: number) => Value | Promise<Value>;

/** `loop` inside a for block. */
export class Loop extends HostObject {
  index0 = 0;
  readonly depth0: number;
  readonly #items: readonly Value[];
  #changed: readonly Value[] | undefined;

  constructor(items: readonly Value[], depth0: number, again: Again | undefined) {
    super('LoopContext', {}, undefined, {
      length: () => items.length,
      call: ([inner]) => {
        if (again === undefined) {
          throw typeFault('the loop is not recursive', "Write 'recursive' at the end of the {% for %} tag.");
        }
        return again(itemsOf(inner), depth0 + 1);
      },
    });
    this.#items = items;
    this.depth0 = depth0;
  }

  get index(): number {
    return this.index0 + 1;
  }

  get length(): number {
    return this.#items.length;
  }

  get revindex(): number {
    return this.length - this.index0;
  }

  get revindex0(): number {
    return this.length - this.index0 - 1;
  }

  get first(): boolean {
    return this.index0 === 0;
  }

  get last(): boolean {
    return this.index0 === this.length - 1;
  }

  get depth(): number {
    return this.depth0 + 1;
  }

  get previtem(): Value {
    return this.index0 === 0 ? new Undefined('there is no previous item') : this.#items[this.index0 - 1];
  }

  get nextitem(): Value {
    return this.last ? new Undefined('there is no next item') : this.#items[this.index0 + 1];
  }

  get cycle(): Value {
    return callable('cycle', (values) => {
      if (values.length === 0) throw typeFault('no items for cycling given');
      return values[this.index0 % values.length];
    });
  }

  get changed(): Value {
    return callable('changed', (values) => {
      if (this.#changed !== undefined && equal(this.#changed, values)) return false;
      this.#changed = values;
      return true;
    });
  }

  override member(name: string): Value {
    if (!LOOP_MEMBERS.has(name)) return undefined;
    const value: Value = Reflect.get(this, name);
    return isUndefined(value) ? undefined : value;
  }

  override memberNames(): readonly string[] {
    return [...LOOP_MEMBERS];
  }
}
