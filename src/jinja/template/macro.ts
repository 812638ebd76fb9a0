import { emitBound, setsUsedBy } from '../emit/emit.ts';
import type { Body, MacroNode } from '../syntax/ast.ts';
import type { TemplateSource } from '../syntax/source.ts';
import { Programs } from './program.ts';
import type { MacroDefinition } from './template.ts';

/** A macro of a template's top level, compiled when it is first called. */
export class Macro implements MacroDefinition {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly file: string;
  readonly line: number;
  readonly programs: Programs;
  readonly #sets: () => Body;

  constructor(source: TemplateSource, node: MacroNode, body: Body) {
    let sets: Body | undefined;
    this.#sets = () => {
      sets ??= setsUsedBy(node, body);
      return sets;
    };
    this.name = node.name;
    this.parameters = node.parameters.map(({ name }) => name);
    this.file = source.file;
    this.line = source.position(node.at).line;
    this.programs = new Programs(source, (async) => emitBound({ source, async }, node, this.#sets()));
  }

  /** Whether it is the same at each call: nothing that its file's top level sets is part of it. */
  get isConstant(): boolean {
    return this.#sets().length === 0;
  }
}
