import { emitTemplate, emitValue } from '../emit/emit.ts';
import { parseTuple } from '../parse/expression.ts';
import { parseBody } from '../parse/statement.ts';
import { TokenStream } from '../parse/stream.ts';
import { toText } from '../runtime/text.ts';
import type { Scope, Value } from '../runtime/value.ts';
import type { BlockNode, Body, Expression } from '../syntax/ast.ts';
import { lex, lexExpression } from '../syntax/lex.ts';
import { TemplateSource } from '../syntax/source.ts';
import { Macro } from './macro.ts';
import { Programs } from './program.ts';
import type { BlockDefinition, Template } from './template.ts';

/** A parsed template with its generated code, which is made when it is first rendered. */
export class Compiled implements Template {
  readonly file: string;
  readonly macros: readonly Macro[];
  readonly blocks: readonly BlockDefinition[];
  readonly #text: Programs;
  readonly #native: Programs;

  /** `value` is the one expression a template of nothing else consists of. */
  private constructor(source: TemplateSource, body: Body, value: Expression | undefined) {
    this.file = source.file;
    this.macros = body.flatMap((node) => (node.kind === 'macro' ? [new Macro(source, node, body)] : []));
    this.blocks = body.flatMap((node) => (node.kind === 'custom' ? [blockOf(source, node, body)] : []));
    this.#text = new Programs(source, (async) => emitTemplate({ source, async }, body));
    this.#native =
      value === undefined ? this.#text : new Programs(source, (async) => emitValue({ source, async }, value));
  }

  static parse(text: string, file: string): Compiled {
    const source = new TemplateSource(text, file);
    const body = parseBody(new TokenStream(source, lex(source)));
    const [only] = body;
    return new Compiled(source, body, body.length === 1 && only?.kind === 'output' ? only.value : undefined);
  }

  /** One expression; a text that begins with a tag is a template. */
  static expression(text: string, file: string): Compiled {
    if (/^\s*\{[{%#]/.test(text)) return Compiled.parse(text.trim(), file);
    const source = new TemplateSource(text, file);
    const stream = new TokenStream(source, lexExpression(source));
    const value = parseTuple(stream);
    stream.expect('end');
    return new Compiled(source, [], value);
  }

  static of(template: Template): Compiled {
    if (template instanceof Compiled) return template;
    throw new TypeError('A template to render comes from parseTemplate');
  }

  renderSync(scope: Scope, chains: boolean): string {
    return toText(this.#text.run(scope, false, chains));
  }

  async render(scope: Scope, chains: boolean): Promise<string> {
    return toText(await this.#text.run(scope, true, chains));
  }

  renderNativeSync(scope: Scope, chains: boolean): Value {
    return this.#native.run(scope, false, chains);
  }

  async renderNative(scope: Scope, chains: boolean): Promise<Value> {
    return await this.#native.run(scope, true, chains);
  }
}

function blockOf(source: TemplateSource, node: BlockNode, body: Body): BlockDefinition {
  return {
    kind: node.tag,
    name: node.name,
    arguments: node.arguments,
    macro: new Macro(source, node.macro, body),
    text: source.text.slice(node.bodyStart, node.bodyEnd),
  };
}
