import { callNative, type Native } from './signature.ts';
import { callable, HostObject, type Protocol, type Value } from './value.ts';

/** The members all objects of one of our Python classes have. */
export interface Members<Self> {
  readonly properties: Readonly<Record<string, (self: Self) => Value>>;
  readonly methods: ReadonlyMap<string, Native>;
}

/** An object of Python's library written here: members come from its class's tables. */
export abstract class PythonObject<Self> extends HostObject {
  readonly #classMembers: () => Members<Self>;
  readonly #self: () => Self;

  constructor(
    typeName: string,
    members: () => Members<Self>,
    self: () => Self,
    text: () => string,
    protocol: Protocol,
  ) {
    super(typeName, {}, text, protocol);
    this.#classMembers = members;
    this.#self = self;
  }

  override member(name: string): Value {
    const { properties, methods } = this.#classMembers();
    if (Object.hasOwn(properties, name)) return properties[name]?.(this.#self());
    const method = methods.get(name);
    if (method === undefined) return undefined;
    return callable(name, (positional, keywords) => callNative(method, [this.#self()], positional, keywords));
  }

  override memberNames(): readonly string[] {
    const { properties, methods } = this.#classMembers();
    return [...Object.keys(properties), ...methods.keys()];
  }
}

/** A class as a value: called it makes an object, its members are its class methods and constants. */
export function pythonClass(
  name: string,
  make: Native,
  methods: ReadonlyMap<string, Native>,
  constants: Readonly<Record<string, () => Value>> = {},
): HostObject {
  const members = Object.defineProperties(
    {},
    {
      ...Object.fromEntries(
        [...methods].map(([key, method]) => {
          const call = callable(key, (positional, keywords) => callNative(method, [], positional, keywords));
          return [key, { value: call, enumerable: true }];
        }),
      ),
      // Late, because the constants are objects of the class itself.
      ...Object.fromEntries(Object.entries(constants).map(([key, get]) => [key, { get, enumerable: true }])),
    },
  );
  return new HostObject('type', members, () => `<class '${name}'>`, {
    call: (positional, keywords) => callNative(make, [], positional, keywords),
  });
}
