import { RuntimeFault } from '../error.ts';
import { generator } from '../runtime/iterate.ts';
import { toIndex } from '../runtime/number.ts';
import { type Members, PythonObject } from '../runtime/object.ts';
import { callNative, native, natives, type Rest } from '../runtime/signature.ts';
import { toPython, toText } from '../runtime/text.ts';
import { callable, HostObject, Tuple, Undefined, type Value } from '../runtime/value.ts';

const FLAGS = { IGNORECASE: 2, I: 2, MULTILINE: 8, M: 8, DOTALL: 16, S: 16, UNICODE: 32, U: 32, VERBOSE: 64, X: 64 };
const LETTERS: Readonly<Record<string, number>> = { i: 2, m: 8, s: 16, u: 32, x: 64, a: 0, L: 0 };

/** A compiled pattern: Python's syntax where it differs from JavaScript's is rewritten. */
class Pattern extends PythonObject<Pattern> {
  readonly source: string;
  readonly flags: number;
  readonly expression: RegExp;

  constructor(source: string, flags: number) {
    super(
      'Pattern',
      () => PATTERN,
      () => this,
      () => `re.compile(${toPython(source)})`,
      {
        equals: (other) => other instanceof Pattern && other.source === source && other.flags === this.flags,
      },
    );
    this.source = source;
    const inline = /^\(\?([aiLmsux]+)\)/.exec(source);
    this.flags = [...(inline?.[1] ?? '')].reduce((all, letter) => all | (LETTERS[letter] ?? 0), flags);
    this.expression = translated(source.slice(inline?.[0].length ?? 0), this.flags);
  }

  all(text: string): RegExpExecArray[] {
    return [...text.matchAll(this.expression)];
  }

  first(text: string, where: (found: RegExpExecArray) => boolean): Value {
    const found = this.all(text).find(where);
    return found === undefined ? null : new Match(found);
  }

  /** A match that begins, and for `whole` also ends, with the text. */
  anchored(text: string, whole: boolean): Value {
    const flags = this.expression.flags.replace('g', '');
    const found = new RegExp(`^(?:${this.expression.source})${whole ? '$' : ''}`, flags.replace('m', '')).exec(text);
    return found === null ? null : new Match(found);
  }
}

function translated(source: string, flags: number): RegExp {
  let body = source
    .replace(/\(\?P</g, '(?<')
    .replace(/\(\?P=(\w+)\)/g, '\\k<$1>')
    .replace(/\\A/g, '(?<![sS])')
    .replace(/\\Z/g, '(?![sS])');
  if ((flags & 64) !== 0)
    body = body.replace(/(\\.|\[(?:\\.|[^\]])*\])|\s+|#.*$/gm, (_whole, kept?: string) => kept ?? '');
  const letters = `g${(flags & 2) !== 0 ? 'i' : ''}${(flags & 8) !== 0 ? 'm' : ''}${(flags & 16) !== 0 ? 's' : ''}`;
  try {
    return new RegExp(body, letters);
  } catch (thrown) {
    throw new RuntimeFault(
      'jinja/regex',
      `bad regular expression ${toPython(source)}: ${thrown instanceof Error ? thrown.message : ''}`,
    );
  }
}

class Match extends PythonObject<Match> {
  readonly found: RegExpExecArray;

  constructor(found: RegExpExecArray) {
    super(
      'Match',
      () => MATCH,
      () => this,
      () => `<re.Match object; match=${toPython(found[0])}>`,
      {
        truth: () => true,
        item: (key) => this.group(key),
      },
    );
    this.found = found;
  }

  group(key: Value): Value {
    if (typeof key === 'string') {
      const groups = this.found.groups ?? {};
      if (!Object.hasOwn(groups, key)) throw new RuntimeFault('jinja/regex', `no such group: '${key}'`);
      return groups[key] ?? null;
    }
    const index = toIndex(key);
    if (index < 0 || index >= this.found.length) throw new RuntimeFault('jinja/regex', `no such group: ${index}`);
    return this.found[index] ?? null;
  }
}

const MATCH: Members<Match> = {
  properties: { string: ({ found }) => found.input },
  methods: natives({
    group: [
      '*',
      (self: Match, { positional }: Rest) =>
        positional.length > 1 ? Tuple.copy(positional.map((key) => self.group(key))) : self.group(positional[0] ?? 0),
    ],
    groups: [
      'default?',
      ({ found }: Match, fallback: Value = null) =>
        Tuple.copy(found.slice(1).map((one: string | undefined) => one ?? fallback)),
    ],
    groupdict: [
      'default?',
      ({ found }: Match, fallback: Value = null) =>
        Object.fromEntries(
          Object.entries(found.groups ?? {}).map(([name, one]: [string, string | undefined]) => [
            name,
            one ?? fallback,
          ]),
        ),
    ],
    start: ['', ({ found }: Match) => found.index],
    end: ['', ({ found }: Match) => found.index + found[0].length],
    span: ['', ({ found }: Match) => Tuple.copy([found.index, found.index + found[0].length])],
  }),
};

/** What findall gives of a match: the whole, the only group, or all groups. */
function captured(found: RegExpExecArray): Value {
  if (found.length === 1) return found[0];
  const groups = found.slice(1).map((one: string | undefined) => one ?? '');
  return groups.length === 1 ? groups[0] : Tuple.copy(groups);
}

function sub(self: Pattern, replacement: Value, text: Value, count: Value = 0): string {
  const most = toIndex(count) === 0 ? Number.POSITIVE_INFINITY : toIndex(count);
  const subject = toText(text);
  let [out, at] = ['', 0];
  for (const found of self.all(subject).slice(0, most)) {
    out += subject.slice(at, found.index) + expanded(toText(replacement), found);
    at = found.index + found[0].length;
  }
  return out + subject.slice(at);
}

function expanded(template: string, found: RegExpExecArray): string {
  return template.replace(
    /\\(?:(\d{1,2})|g<(\w+)>|([nt\\]))/g,
    (_whole, index?: string, name?: string, control?: string) => {
      if (control !== undefined) return { n: '\n', t: '\t' }[control] ?? '\\';
      const key = index ?? name ?? '0';
      return (/^\d+$/.test(key) ? found[Number(key)] : found.groups?.[key]) ?? '';
    },
  );
}

function split(self: Pattern, text: Value, most: Value = 0): Value[] {
  const subject = toText(text);
  const limit = toIndex(most) === 0 ? Number.POSITIVE_INFINITY : toIndex(most);
  const parts: Value[] = [];
  let at = 0;
  for (const found of self.all(subject).slice(0, limit)) {
    parts.push(subject.slice(at, found.index), ...found.slice(1).map((one: string | undefined) => one ?? null));
    at = found.index + found[0].length;
  }
  return [...parts, subject.slice(at)];
}

const METHODS = {
  search: ['string', (self: Pattern, text: Value) => self.first(toText(text), () => true)],
  match: ['string', (self: Pattern, text: Value) => self.anchored(toText(text), false)],
  fullmatch: ['string', (self: Pattern, text: Value) => self.anchored(toText(text), true)],
  findall: ['string', (self: Pattern, text: Value) => self.all(toText(text)).map(captured)],
  finditer: [
    'string',
    (self: Pattern, text: Value) => generator(self.all(toText(text)).map((found) => new Match(found))),
  ],
  sub: ['repl string count?', sub],
  split: ['string maxsplit?', split],
} as const;

const PATTERN: Members<Pattern> = {
  properties: { pattern: ({ source }) => source, flags: ({ flags }) => flags },
  methods: natives(METHODS),
};

function compile(pattern: Value, flags: Value = 0): Pattern {
  return pattern instanceof Pattern ? pattern : new Pattern(toText(pattern), toIndex(flags));
}

/** `re.search(pattern, ...)` and its like: the pattern's method of that name, with `flags` at the end. */
const SHORT = Object.entries(METHODS).map(([name, [signature]]): [string, Value] => {
  const method = PATTERN.methods.get(name);
  const short = native(name, `pattern ${signature} flags?`, (pattern: Value, ...rest: Value[]) => {
    if (method === undefined) return new Undefined(name);
    return callNative(
      method,
      [compile(pattern, rest.at(-1))],
      rest.slice(0, -1).filter((one) => one !== undefined),
    );
  });
  return [name, callable(name, (positional, keywords) => callNative(short, [], positional, keywords))];
});

export const RE = new HostObject('module', {
  ...Object.fromEntries(SHORT),
  ...FLAGS,
  compile: callable('compile', ([pattern, flags = 0]) => compile(pattern, flags)),
  escape: callable('escape', ([text]) => toText(text).replace(/[\\^$.*+?()[\]{}|\-&~#\s]/g, '\\$&')),
});
