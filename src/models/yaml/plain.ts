import { FlowReader } from './flow.ts';
import { BEYOND, keyOf, scalar } from './scalar.ts';

/**
 * The value of a YAML text that keeps to what schema files are made of: block maps and lists, plain and quoted texts,
 * lists and maps in brackets on one line, literal and folded blocks, comments. Undefined for anything else, and for
 * whatever the full reader might read differently: a hundred times a schema file is this, and thirty times faster read.
 */
export function plainYaml(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: new PlainReader(text).document() };
  } catch (thrown) {
    if (thrown === BEYOND) return undefined;
    throw thrown;
  }
}

/** Begins a node that is no plain text, or none at all. */
const INDICATOR = /^[-?:,[\]{}#&*!|>'"%@`=<]/;
/** Between a text and a colon or a comment. */
const KEY = /^(?:"([^"\\]*)"|'([^']*)'|([^\s\-?:,[\]{}#&*!|>'"%@`=<~][^:#"'{}[\],&*!|>%@`]*?)) *:(?= |$)/;

class PlainReader {
  readonly #lines: readonly string[];
  /** The line at hand and the column where what is still to be read of it begins. */
  #line = 0;
  #column = 0;
  /** Past the line that may begin a document. */
  #begun = false;

  constructor(text: string) {
    // Control characters, other line ends and marks are for the full reader.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
    if (/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff]/.test(text)) throw BEYOND;
    this.#lines = text.split('\n');
  }

  document(): unknown {
    this.#settle();
    if (this.#column === 0 && this.#rest() === '---') {
      this.#begun = true;
      this.#advance();
    }
    this.#begun = true;
    if (this.#line >= this.#lines.length) return null;
    const value = this.#block(this.#column);
    if (this.#line < this.#lines.length) throw BEYOND;
    return value;
  }

  #rest(): string {
    return (this.#lines[this.#line] ?? '').slice(this.#column);
  }

  #advance(): void {
    this.#line++;
    this.#settle();
  }

  /** Goes to the next line with something on it. */
  #settle(): void {
    for (; this.#line < this.#lines.length; this.#line++) {
      const line = this.#lines[this.#line] ?? '';
      let column = 0;
      while (line.charCodeAt(column) === 32) column++;
      if (column === line.length || line[column] === '#') continue;
      this.#column = column;
      const marks = column === 0 && (line.startsWith('---') || line.startsWith('...') || line[0] === '%');
      if (marks && (this.#begun || line !== '---')) throw BEYOND;
      return;
    }
  }

  #at(indent: number): boolean {
    return this.#line < this.#lines.length && this.#column === indent;
  }

  #block(indent: number): unknown {
    const rest = this.#rest();
    return rest.startsWith('- ') || rest === '-' ? this.#list(indent) : this.#map(indent);
  }

  #list(indent: number): unknown[] {
    const items: unknown[] = [];
    while (this.#at(indent)) {
      const rest = this.#rest();
      if (rest !== '-' && !rest.startsWith('- ')) break;
      const within = rest.slice(1).search(/\S/);
      if (within < 0 || rest[1 + within] === '#') {
        this.#advance();
        items.push(this.#deeper(indent) ? this.#block(this.#column) : null);
        continue;
      }
      this.#column += 1 + within;
      const item = this.#rest();
      // What follows on the line is a block of its own when it is an entry of a list or a map.
      const nested = item === '-' || item.startsWith('- ') || KEY.test(item);
      items.push(nested ? this.#block(this.#column) : this.#inline(item, indent));
    }
    if (this.#deeper(indent)) throw BEYOND;
    return items;
  }

  #map(indent: number): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    while (this.#at(indent)) {
      const rest = this.#rest();
      const match = KEY.exec(rest);
      if (match === null) {
        if (rest.startsWith('- ') || rest === '-') break;
        throw BEYOND;
      }
      const key = keyOf(match[1] ?? match[2], match[3] ?? '');
      const value = rest.slice(match[0].length).trimStart();
      if (value === '' || value[0] === '#') {
        this.#advance();
        const isList = this.#at(indent) && /^-(?: |$)/.test(this.#rest());
        if (isList) map[key] = this.#list(indent);
        else map[key] = this.#deeper(indent) ? this.#block(this.#column) : null;
      } else {
        map[key] = this.#inline(value, indent);
      }
    }
    if (this.#deeper(indent)) throw BEYOND;
    return map;
  }

  #deeper(indent: number): boolean {
    return this.#line < this.#lines.length && this.#column > indent;
  }

  /** What stands after a key or a dash; `indent`: of that. Goes to the next line. */
  #inline(written: string, indent: number): unknown {
    const first = written[0];
    if (first === '|' || first === '>') return this.#literal(written, indent);
    if (first === '[' || first === '{' || first === '"' || first === "'") {
      const flow = new FlowReader(written);
      const value = flow.value();
      if (!/^\s*(?:$|(?<=\s)#)/.test(written.slice(flow.at))) throw BEYOND;
      this.#advance();
      if (this.#deeper(indent)) throw BEYOND;
      return value;
    }
    if (INDICATOR.test(written)) throw BEYOND;
    const comment = written.indexOf(' #');
    let text = (comment < 0 ? written : written.slice(0, comment)).trimEnd();
    if (text.includes(': ') || text.endsWith(':')) throw BEYOND;
    const before = this.#line;
    this.#advance();
    if (!this.#deeper(indent)) return scalar(text);
    // A text that goes on: what its lines may hold is simple, or for the full reader.
    if (comment >= 0) throw BEYOND;
    for (let last = before; this.#deeper(indent); last++) {
      const more = this.#rest().trimEnd();
      if (this.#line !== last + 1 || more.includes(': ') || more.endsWith(':') || more.includes(' #')) throw BEYOND;
      text += ` ${more}`;
      this.#advance();
    }
    return text;
  }

  /** A block of lines as they are (`|`), or folded into one (`>`). */
  #literal(header: string, indent: number): string {
    const match = /^([|>])([-+]?)$/.exec(header.trimEnd());
    if (match === null) throw BEYOND;
    const lines: string[] = [];
    let own: number | undefined;
    let line = this.#line + 1;
    for (; line < this.#lines.length; line++) {
      const text = this.#lines[line] ?? '';
      const column = text.search(/\S/);
      if (column < 0) {
        // The spaces of an empty line may count.
        if (own === undefined || text !== '') throw BEYOND;
        lines.push('');
        continue;
      }
      if (column <= indent) break;
      own ??= column;
      if (column < own || (column > own && match[1] === '>')) throw BEYOND;
      lines.push(text.slice(own));
    }
    // A comment or nothing at all below the block has rules of its own.
    if (own === undefined || (line < this.#lines.length && this.#lines[line]?.trimStart()[0] === '#')) throw BEYOND;
    this.#line = line;
    this.#settle();
    let trailing = 0;
    while (lines.at(-1) === '') {
      lines.pop();
      trailing++;
    }
    let text = lines.join('\n');
    // Between two lines a fold is a space; of several line ends in a row one less stays.
    if (match[1] === '>') text = text.replace(/\n+/g, (ends) => (ends.length === 1 ? ' ' : ends.slice(1)));
    if (match[2] === '-') return text;
    return match[2] === '+' ? text + '\n'.repeat(Math.max(1, trailing)) : `${text}\n`;
  }
}
