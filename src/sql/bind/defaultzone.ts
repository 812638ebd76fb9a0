import type { BoundExpression } from '../bound.ts';
import { type SqlType, STRING } from '../type.ts';
import type { Session } from './binder.ts';
import { call, text } from './make.ts';

type Call = Extract<BoundExpression, { kind: 'call' }>;
type Cast = Extract<BoundExpression, { kind: 'cast' }>;

/**
 * A bound statement in which all that depends on the session's time zone names it (GoogleSQL, System variables,
 * @@time_zone): functions that were given no zone, and conversions between instants and texts, dates and times.
 */
export function inDefaultZone<Tree>(tree: Tree, { systemVariables }: Session): Tree {
  const zone = systemVariables?.get('time_zone')?.value;
  return typeof zone !== 'string' || zone === 'UTC' ? tree : (changed(tree, zone) as Tree);
}

/** Members that are no part of a statement's own tree. */
const OUTSIDE: ReadonlySet<string> = new Set(['span', 'type', 'relation', 'target', 'function', 'javascript', 'reads']);

function changed(node: unknown, zone: string): unknown {
  if (Array.isArray(node)) return node.map((one) => changed(one, zone));
  if (node === null || typeof node !== 'object' || node instanceof Map) return node;
  const copy = Object.fromEntries(
    Object.entries(node).map(([name, value]) => [name, OUTSIDE.has(name) ? value : changed(value, zone)]),
  );
  const expression = copy as unknown as BoundExpression;
  if (expression.kind === 'cast' && 'operand' in expression) return zonedCast(expression, zone);
  if (expression.kind === 'call' && 'arguments' in expression) return zonedCall(expression, zone);
  return copy;
}

const kindOf = ({ type }: { readonly type: SqlType }): string => type.kind;

/** By the types from and to: the function that the conversion is in a zone. */
const CONVERSIONS: Readonly<Record<string, string>> = {
  'TIMESTAMP STRING': 'STRING',
  'TIMESTAMP DATE': 'DATE',
  'TIMESTAMP DATETIME': 'DATETIME',
  'TIMESTAMP TIME': 'TIME',
  'DATE TIMESTAMP': 'TIMESTAMP',
  'DATETIME TIMESTAMP': 'TIMESTAMP',
};

function zonedCast(node: Cast, zone: string): BoundExpression {
  const { operand, span } = node;
  const conversion = `${kindOf(operand)} ${kindOf(node)}`;
  if (node.format !== undefined) return node.zone === undefined ? { ...node, zone: text(zone, span) } : node;
  if (conversion === 'STRING TIMESTAMP') return { ...node, operand: withZone(operand, zone) };
  const name = CONVERSIONS[conversion];
  return name === undefined ? node : call(node.type, name, [operand, text(zone, span)], span);
}

/** A text with the zone behind it, unless it has one. */
function withZone(operand: BoundExpression, zone: string): BoundExpression {
  return call(STRING, '$ZONED', [operand, text(zone, operand.span)], operand.span);
}

/** How many arguments a function has before the zone, by its name and the type of the first one. */
const ZONES: Readonly<Record<string, number>> = {
  'CURRENT_DATE ': 0,
  'CURRENT_DATETIME ': 0,
  'CURRENT_TIME ': 0,
  'DATE TIMESTAMP': 1,
  'DATETIME TIMESTAMP': 1,
  'TIME TIMESTAMP': 1,
  'TIMESTAMP DATE': 1,
  'TIMESTAMP DATETIME': 1,
  'STRING TIMESTAMP': 1,
  'EXTRACT TIMESTAMP': 1,
  'DATE_TRUNC TIMESTAMP': 1,
  'DATETIME_TRUNC TIMESTAMP': 1,
  'TIMESTAMP_TRUNC TIMESTAMP': 1,
  'FORMAT_TIMESTAMP STRING': 2,
  'PARSE_TIMESTAMP STRING': 2,
};

function zonedCall(node: Call, zone: string): BoundExpression {
  const { name, arguments: args, span } = node;
  const [first] = args;
  // Partitions are of days in UTC, wherever their reader is.
  if (first?.kind === 'column' && first.column === '_PARTITIONTIME') return node;
  if (name === 'TIMESTAMP' && args.length === 1 && first?.type.kind === 'STRING') {
    return { ...node, arguments: [withZone(first, zone)] };
  }
  const before = ZONES[`${name} ${first === undefined ? '' : kindOf(first)}`];
  return before === args.length ? { ...node, arguments: [...args, text(zone, span)] } : node;
}
