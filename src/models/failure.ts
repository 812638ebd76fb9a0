import { ArcosError } from '../base/errors.ts';
import { JinjaError } from '../jinja/jinja.ts';
import { targetPath } from './artifacts/nodejson.ts';
import type { Node } from './node.ts';

/** Something that ended a node's work, in the words of dbt. */
export interface Failure {
  readonly kind: 'Compilation' | 'Database' | 'Runtime';
  /** `Database Error in model x (models/x.sql)` and the rest, indented. */
  readonly message: string;
}

/** `refused`: the error is what the warehouse said to a statement of the node. */
export function failureOf(error: unknown, node: Node, refused: boolean): Failure {
  const place = `${node.resourceType} ${node.name} (${node.file})`;
  if (error instanceof JinjaError) {
    const { fault, macros } = error;
    const at = [fault.file, fault.line, fault.column].filter((part) => part !== undefined).join(':');
    const lines = [
      fault.message,
      ...(at === '' ? [] : [`at ${at}`]),
      ...(fault.hint === undefined ? [] : [fault.hint]),
      ...macros.map((macro) => `> in ${macro}`),
    ];
    const kind = refused ? 'Database' : 'Compilation';
    return { kind, message: text(kind, place, lines) };
  }
  const arcos = error instanceof ArcosError ? error : undefined;
  const kind = refused ? 'Database' : arcos?.code === 'INVALID' ? 'Compilation' : 'Runtime';
  const message = error instanceof Error ? error.message : String(error);
  const hint = arcos?.hint === undefined ? [] : [arcos.hint];
  const compiled = refused ? [`compiled Code at ${targetPath(node, 'compiled')}`] : [];
  return { kind, message: text(kind, place, [...message.split('\n'), ...hint, ...compiled]) };
}

function text(kind: string, place: string, lines: readonly string[]): string {
  return [`${kind} Error in ${place}`, ...lines.map((line) => `  ${line}`)].join('\n');
}
