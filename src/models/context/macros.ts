import { type Callable, HostObject, type Scope, type Value } from '../../jinja/jinja.ts';
import type { Macro } from '../node.ts';

/** Name of the package that every project builds on: the macros in builtin/. */
export const BUILTIN = 'dbt';

/** What a macro for BigQuery may be called, and the one for every database. */
const PREFIXES = ['bigquery__', 'default__'];

type Bind = (macro: Macro['definition'], scope: Scope) => Callable;

/** The macros of a project and its packages, and which of them a name means where. */
export class MacroTable {
  readonly #packages = new Map<string, Map<string, Macro>>();
  readonly #root: string;
  readonly #searchOrder: ReadonlyMap<string, readonly string[]>;
  readonly #prototypes = new Map<string, object>();

  /** `searchOrder`: packages to ask for those of a namespace (`dispatch:` of dbt_project.yml). */
  constructor(macros: readonly Macro[], root: string, searchOrder: ReadonlyMap<string, readonly string[]> = new Map()) {
    this.#root = root;
    this.#searchOrder = searchOrder;
    for (const macro of macros) {
      const known = this.#packages.get(macro.packageName) ?? new Map<string, Macro>();
      known.set(macro.name, macro);
      this.#packages.set(macro.packageName, known);
    }
  }

  get count(): number {
    return this.#packages.values().reduce((sum, macros) => sum + macros.size, 0);
  }

  all(): Macro[] {
    return this.#packages
      .values()
      .flatMap((macros) => macros.values())
      .toArray();
  }

  of(packageName: string, name: string): Macro | undefined {
    return this.#packages.get(packageName)?.get(name);
  }

  /** What a bare name means in a package: its own, the root's, then the built-in macro. */
  find(name: string, packageName: string): Macro | undefined {
    return this.of(packageName, name) ?? this.of(this.#root, name) ?? this.of(BUILTIN, name);
  }

  /** The macro that implements `name` for BigQuery: `adapter.dispatch(name, namespace)`. */
  dispatch(name: string, namespace: string | undefined, packageName: string): Macro | undefined {
    for (const candidate of this.#searchPath(namespace, packageName)) {
      for (const prefix of PREFIXES) {
        const macro = this.of(candidate, prefix + name);
        if (macro !== undefined) return macro;
      }
    }
    return undefined;
  }

  #searchPath(namespace: string | undefined, packageName: string): readonly string[] {
    if (namespace === undefined) return [packageName, this.#root, BUILTIN];
    const configured = this.#searchOrder.get(namespace);
    if (configured !== undefined) return configured;
    return namespace === BUILTIN ? [this.#root, BUILTIN] : [this.#root, namespace, BUILTIN];
  }

  /**
   * Puts the macros that a package sees under `scope`, by their bare names and under each package's name, and gives the
   * function that finds implementations. A name in `scope` gives way to a project's own macro. Each is bound when it is
   * first named: most of hundreds never are.
   */
  bindInto(
    scope: Record<string, Value>,
    packageName: string,
    bind: Bind,
  ): (name: string, namespace?: string) => Callable | undefined {
    const bound = new Map<Macro, Callable>();
    const call = (macro: Macro) => {
      const known = bound.get(macro);
      if (known !== undefined) return known;
      const made = bind(macro.definition, scope);
      bound.set(macro, made);
      return made;
    };
    BINDERS.set(scope, call);
    const below = this.#below(packageName);
    for (const name of Object.keys(scope)) if (name in below) delete scope[name];
    Object.setPrototypeOf(scope, below);
    return (name, namespace) => {
      const macro = this.dispatch(name, namespace, packageName);
      return macro === undefined ? undefined : call(macro);
    };
  }

  /** What all scopes of a package inherit: properties that bind a macro to the scope they are asked of. */
  #below(packageName: string): object {
    const known = this.#prototypes.get(packageName);
    if (known !== undefined) return known;
    const below: object = Object.create(null);
    const define = (name: string, value: (call: Call) => Value) => {
      const own = (scope: object, made: Value) =>
        Object.defineProperty(scope, name, { value: made, writable: true, enumerable: true, configurable: true });
      Object.defineProperty(below, name, {
        enumerable: true,
        // A project's own macro takes the place of dbt's.
        configurable: true,
        get(this: object) {
          const call = BINDERS.get(this);
          const made = call === undefined ? undefined : value(call);
          own(this, made);
          return made;
        },
        set(this: object, made: Value) {
          own(this, made);
        },
      });
    };
    for (const [name, macros] of this.#packages) define(name, (call) => new MacroNamespace(macros, call));
    for (const name of new Set([BUILTIN, this.#root, packageName])) {
      for (const macro of this.#packages.get(name)?.values() ?? []) define(macro.name, (call) => call(macro));
    }
    this.#prototypes.set(packageName, below);
    return below;
  }
}

type Call = (macro: Macro) => Callable;

/** How each scope binds macros to itself. */
const BINDERS = new WeakMap<object, Call>();

/** A package's macros as `package.macro`. */
class MacroNamespace extends HostObject {
  readonly #macros: ReadonlyMap<string, Macro>;
  readonly #call: Call;

  constructor(macros: ReadonlyMap<string, Macro>, call: Call) {
    super('MacroNamespace', {});
    this.#macros = macros;
    this.#call = call;
  }

  override member(name: string): Value {
    const macro = this.#macros.get(name);
    return macro === undefined ? undefined : this.#call(macro);
  }

  override memberNames(): readonly string[] {
    return [...this.#macros.keys()];
  }
}
