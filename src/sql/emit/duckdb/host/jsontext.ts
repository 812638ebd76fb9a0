/** A JSON value whose numbers keep all their digits. Members stand in the order of their names, as BigQuery has them. */
export type Json = null | boolean | string | JsonNumber | readonly Json[] | JsonObject;
export type JsonObject = ReadonlyMap<string, Json>;

export interface JsonNumber {
  /** As it is written: a whole number, or the shortest text that a double reads back. */
  readonly number: string;
}

export const isObject = (json: Json): json is JsonObject => json instanceof Map;
export const isArray = (json: Json): json is readonly Json[] => Array.isArray(json);

/**
 * Reads a JSON text; undefined where it is none. With `exact`, numbers that neither a 64-bit integer nor a double
 * holds are refused, else rounded (GoogleSQL, JSON functions, PARSE_JSON). Of members with one name the first counts.
 */
export function parseJson(text: string, exact: boolean): Json | undefined {
  const reader = new Reader(text, exact);
  const json = reader.value();
  return json === undefined || !reader.atEnd() ? undefined : json;
}

/** The text of a JSON value, without spaces. */
export function printJson(json: Json): string {
  if (json === null || typeof json !== 'object') return JSON.stringify(json);
  if (isArray(json)) return `[${json.map(printJson).join(',')}]`;
  if (!isObject(json)) return json.number;
  const names = [...json.keys()].sort(byCodePoint);
  return `{${names.map((name) => `${JSON.stringify(name)}:${printJson(json.get(name) ?? null)}`).join(',')}}`;
}

function byCodePoint(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Levels of nesting that BigQuery takes (Quotas and limits, JSON). */
const DEEPEST = 500;

class Reader {
  readonly #text: string;
  readonly #exact: boolean;
  #at = 0;

  constructor(text: string, exact: boolean) {
    this.#text = text;
    this.#exact = exact;
  }

  atEnd(): boolean {
    this.#spaces();
    return this.#at === this.#text.length;
  }

  value(depth = 0): Json | undefined {
    if (depth > DEEPEST) return undefined;
    this.#spaces();
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth + 1);
      case '[':
        return this.#array(depth + 1);
      case '"':
        return this.#string();
      case 't':
        return this.#word('true') ? true : undefined;
      case 'f':
        return this.#word('false') ? false : undefined;
      case 'n':
        return this.#word('null') ? null : undefined;
      default:
        return this.#number();
    }
  }

  #spaces(): void {
    this.#match(/[ \t\n\r]*/y);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #word(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    return true;
  }

  #next(character: string): boolean {
    this.#spaces();
    return this.#word(character);
  }

  #string(): string | undefined {
    const text = this.#match(/"(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y);
    try {
      // Control characters must be escaped.
      return text === undefined ? undefined : (JSON.parse(text) as string);
    } catch {
      return undefined;
    }
  }

  #number(): JsonNumber | undefined {
    const text = this.#match(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
    const number = text === undefined ? undefined : numberText(text, this.#exact);
    return number === undefined ? undefined : { number };
  }

  #array(depth: number): readonly Json[] | undefined {
    this.#at++;
    const elements: Json[] = [];
    if (this.#next(']')) return elements;
    do {
      const element = this.value(depth);
      if (element === undefined) return undefined;
      elements.push(element);
    } while (this.#next(','));
    return this.#next(']') ? elements : undefined;
  }

  #object(depth: number): JsonObject | undefined {
    this.#at++;
    const members = new Map<string, Json>();
    if (this.#next('}')) return members;
    do {
      this.#spaces();
      const name = this.#string();
      if (name === undefined || !this.#next(':')) return undefined;
      const member = this.value(depth);
      if (member === undefined) return undefined;
      if (!members.has(name)) members.set(name, member);
    } while (this.#next(','));
    return this.#next('}') ? members : undefined;
  }
}

const [SMALLEST, LARGEST] = [-(2n ** 63n), 2n ** 64n - 1n];

/** A number as BigQuery keeps it; undefined where it would lose digits and may not, or is too large for a double. */
function numberText(text: string, exact: boolean): string | undefined {
  if (/^-?\d+$/.test(text) && text !== '-0') {
    const whole = BigInt(text);
    if (whole >= SMALLEST && whole <= LARGEST) return text;
  }
  const double = Number(text);
  if (!Number.isFinite(double)) return undefined;
  const printed = doubleText(double);
  return exact && significand(printed) !== significand(text) ? undefined : printed;
}

/** The shortest text of a double, with a point or an exponent: `1.0`, `1.5`, `1e+20`, `1e-07`. */
function doubleText(double: number): string {
  const [digits = '', power = '0'] = double.toExponential().split('e');
  const exponent = Number(power);
  if (double === 0 || (exponent >= -4 && exponent < 15)) {
    const text = Object.is(double, -0) ? '-0' : String(double);
    return text.includes('.') ? text : `${text}.0`;
  }
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** The digits that count, whatever the power of ten. */
function significand(text: string): string {
  return (text.split(/[eE]/, 1)[0] ?? '').replace(/[-.]/g, '').replace(/^0+|0+$/g, '');
}
