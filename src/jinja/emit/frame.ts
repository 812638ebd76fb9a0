/** What one JavaScript function of the generated code shares: its counters and temporaries. */
export class FunctionFrame {
  readonly #counter: { next: number };
  readonly #temporaries: string[] = [];

  constructor(outer?: FunctionFrame) {
    this.#counter = outer === undefined ? { next: 0 } : outer.#counter;
  }

  /** A name no other variable of the unit has. */
  fresh(prefix: string): string {
    return `${prefix}${this.#counter.next++}`;
  }

  temporary(): string {
    const name = this.fresh('$');
    this.#temporaries.push(name);
    return name;
  }

  /** To stand at the function's head. `$at` is where execution is, `$` the last call's answer. */
  declarations(): string {
    return `let $at=0;${this.locals()}`;
  }

  /** As `declarations`, for a function that keeps its place in the `$at` of the one around it. */
  locals(): string {
    return `let ${['$', ...this.#temporaries].join(',')};`;
  }
}

/** A template scope while code is emitted: which variable holds which name, and where output goes. */
export class Frame {
  readonly function: FunctionFrame;
  readonly parent: Frame | undefined;
  /** The variable that output is added to. */
  readonly out: string;
  readonly #variables = new Map<string, string>();
  readonly #loops = new Set<string>();

  constructor(owner: FunctionFrame, parent: Frame | undefined, out: string) {
    this.function = owner;
    this.parent = parent;
    this.out = out;
  }

  /** A variable for a name that belongs to this scope. */
  declare(name: string): string {
    const known = this.#variables.get(name);
    if (known !== undefined) return known;
    const variable = this.function.fresh('v');
    this.#variables.set(name, variable);
    return variable;
  }

  /** As `declare`, for a variable that holds a loop context. */
  declareLoop(name: string): string {
    const variable = this.declare(name);
    this.#loops.add(variable);
    return variable;
  }

  own(name: string): string | undefined {
    return this.#variables.get(name);
  }

  find(name: string): string | undefined {
    return this.#variables.get(name) ?? this.parent?.find(name);
  }

  isLoop(variable: string): boolean {
    return this.#loops.has(variable) || this.parent?.isLoop(variable) === true;
  }
}
