import { getKey, setKey } from './dict.ts';
import { toPython } from './text.ts';
import { type Dict, HostObject, type Value } from './value.ts';

/** namespace(): the one object `{% set object.name = value %}` may change. */
export class Namespace extends HostObject {
  readonly #values: Dict;

  constructor(values: Dict) {
    super('Namespace', {}, () => `<Namespace ${toPython(values)}>`, { item: (key) => getKey(values, key) });
    this.#values = values;
  }

  set(name: string, value: Value): void {
    setKey(this.#values, name, value);
  }

  override member(name: string): Value {
    return getKey(this.#values, name);
  }

  override memberNames(): readonly string[] {
    return Object.keys(this.#values);
  }
}
