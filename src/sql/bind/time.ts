import type { DatePart, Expression } from '../ast/expression.ts';
import type { BoundExpression, BoundPart } from '../bound.ts';
import type { Span } from '../source.ts';
import { DATE, DATETIME, INT64, INTERVAL, type SqlType, STRING, TIME, TIMESTAMP, typeName } from '../type.ts';
import type { Binder, Place } from './binder.ts';
import { bindExpression } from './expression.ts';
import { coerce, coercible, convert, literal } from './make.ts';

const DATE_PARTS = 'DAY DAYOFWEEK DAYOFYEAR WEEK ISOWEEK MONTH QUARTER YEAR ISOYEAR'.split(' ');
const TIME_PARTS = 'MICROSECOND MILLISECOND SECOND MINUTE HOUR'.split(' ');
const PARTS: ReadonlySet<string> = new Set([...DATE_PARTS, ...TIME_PARTS, 'DATE', 'TIME', 'DATETIME']);
/** Normal forms of Unicode are named the way date parts are. */
const NORMAL_FORMS: ReadonlySet<string> = new Set(['NFC', 'NFKC', 'NFD', 'NFKD']);
const WEEKDAYS: ReadonlySet<string> = new Set('SUNDAY MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY'.split(' '));

/** A date part written as the argument of a function: `MONTH`, `WEEK(MONDAY)`; undefined for anything else. */
export function partArgument(node: Expression | { kind: 'table' }): BoundPart | undefined {
  if (node.kind === 'path' && node.parts.length === 1) {
    const name = node.parts[0]?.name.toUpperCase() ?? '';
    return PARTS.has(name) || NORMAL_FORMS.has(name) ? { name } : undefined;
  }
  if (node.kind === 'call' && node.call.name.length === 1 && node.call.name[0]?.name.toUpperCase() === 'WEEK') {
    const [argument] = node.call.arguments;
    const weekday = argument?.value.kind === 'path' ? argument.value.parts[0]?.name.toUpperCase() : undefined;
    return weekday !== undefined && WEEKDAYS.has(weekday) ? { name: 'WEEK', weekday } : undefined;
  }
  return undefined;
}

const SPANS = 'DAY WEEK ISOWEEK MONTH QUARTER YEAR ISOYEAR'.split(' ');
const STEPS = 'DAY WEEK MONTH QUARTER YEAR'.split(' ');

/** Parts that a function takes for a type of its first argument (GoogleSQL, Date, Datetime, Time and Timestamp functions). */
function partsOf(name: string, kind: SqlType['kind']): readonly string[] | undefined {
  const operation = /_(ADD|SUB|DIFF|TRUNC)$/.exec(name)?.[1];
  switch (operation) {
    case 'TRUNC':
      return kind === 'DATE' ? SPANS : kind === 'TIME' ? TIME_PARTS : [...TIME_PARTS, ...SPANS];
    case 'DIFF':
      if (kind === 'TIMESTAMP') return [...TIME_PARTS, 'DAY', ...(name === 'DATE_DIFF' ? SPANS : [])];
      return kind === 'DATE' ? SPANS : kind === 'TIME' ? TIME_PARTS : [...TIME_PARTS, ...SPANS];
    case 'ADD':
    case 'SUB':
      if (kind === 'TIMESTAMP') return [...TIME_PARTS, 'DAY'];
      return kind === 'DATE' ? STEPS : kind === 'TIME' ? TIME_PARTS : [...TIME_PARTS, ...STEPS];
    default:
      return undefined;
  }
}

/** Fails for a part that the function does not take. */
export function checkPart(binder: Binder, name: string, first: SqlType, part: BoundPart, span: Span): void {
  const parts = partsOf(name, first.kind);
  if (parts === undefined || parts.includes(part.name)) return;
  throw binder.fail(
    'date-part',
    span,
    `${name} does not support the ${part.name} date part when the argument is ${first.kind} type`,
  );
}

export function bindPart(binder: Binder, part: DatePart): BoundPart {
  if (!PARTS.has(part.name))
    throw binder.fail('date-part', part, `A valid date part name is required but found ${part.name}`);
  if (part.weekday !== undefined && !WEEKDAYS.has(part.weekday)) {
    throw binder.fail('date-part', part, `A valid weekday is required but found ${part.weekday}`);
  }
  return { name: part.name, ...(part.weekday === undefined ? {} : { weekday: part.weekday }) };
}

export function bindExtract(
  binder: Binder,
  place: Place,
  node: Extract<Expression, { kind: 'extract' }>,
): BoundExpression {
  const part = bindPart(binder, node.part);
  let operand = bindExpression(binder, place, node.operand);
  if (coercible(operand).untyped) operand = convert(operand, TIMESTAMP);
  const { kind } = operand.type;
  const fits =
    kind === 'TIMESTAMP' || kind === 'DATETIME' || kind === 'INTERVAL'
      ? true
      : kind === 'DATE'
        ? DATE_PARTS.includes(part.name)
        : kind === 'TIME' && TIME_PARTS.includes(part.name);
  if (!fits) {
    throw binder.fail(
      'date-part',
      node,
      `EXTRACT from ${typeName(operand.type)} does not support the ${part.name} date part`,
    );
  }
  const zone =
    node.zone === undefined ? [] : [coerce(binder, bindExpression(binder, place, node.zone), STRING, 'AT TIME ZONE')];
  return {
    kind: 'call',
    name: 'EXTRACT',
    type: extractType(part),
    safe: false,
    arguments: [operand, ...zone],
    part,
    span: node,
  };
}

function extractType({ name }: BoundPart): SqlType {
  if (name === 'DATE') return DATE;
  if (name === 'TIME') return TIME;
  return name === 'DATETIME' ? DATETIME : INT64;
}

const INTERVAL_PARTS: ReadonlySet<string> = new Set(
  'YEAR QUARTER MONTH WEEK DAY HOUR MINUTE SECOND MILLISECOND MICROSECOND'.split(' '),
);

/** `INTERVAL n DAY`, or `INTERVAL '1-2' YEAR TO MONTH` of a constant. */
export function bindInterval(
  binder: Binder,
  place: Place,
  node: Extract<Expression, { kind: 'interval' }>,
): BoundExpression {
  const part = bindPart(binder, node.from);
  if (!INTERVAL_PARTS.has(part.name))
    throw binder.fail('date-part', node.from, `Interval does not support the ${part.name} part`);
  const value = bindExpression(binder, place, node.value);
  if (node.to !== undefined || value.type.kind === 'STRING') {
    const to = node.to === undefined ? part : bindPart(binder, node.to);
    if (value.kind !== 'literal' || typeof value.value !== 'string') {
      throw binder.fail('interval', node.value, 'An interval with a range of parts needs a string literal');
    }
    return intervalOfText(binder, value.value, part.name, to.name, node);
  }
  const count = coerce(binder, value, INT64, 'An interval');
  return { kind: 'call', name: 'INTERVAL', type: INTERVAL, safe: false, arguments: [count], part, span: node };
}

/** How an interval is written: years and months, days, time of day, each group with a sign of its own. */
const GROUPS = [
  { units: ['YEAR', 'MONTH'], separator: '-' },
  { units: ['DAY'], separator: ' ' },
  { units: ['HOUR', 'MINUTE', 'SECOND'], separator: ':' },
] as const;
const UNITS: readonly string[] = GROUPS.flatMap((group) => [...group.units]);

/**
 * The interval that a text is when read from the unit `from` to the unit `to` (GoogleSQL, Lexical
 * structure, Interval literals). An interval's value is `months days microseconds`.
 */
function intervalOfText(binder: Binder, text: string, from: string, to: string, span: Span): BoundExpression {
  const wrong = () => binder.fail('interval', span, `Invalid INTERVAL value '${text}' for ${from} TO ${to}`);
  const first = UNITS.indexOf(from);
  const last = UNITS.indexOf(to);
  if (first < 0 || last < first) throw wrong();
  const words = text.trim().split(/\s+/);
  const counts: Record<string, number> = {};
  for (const { units, separator } of GROUPS) {
    const wanted = units.filter((unit) => UNITS.indexOf(unit) >= first && UNITS.indexOf(unit) <= last);
    if (wanted.length === 0) continue;
    const [, sign, digits] = /^([+-]?)([\d.:-]+)$/.exec(words.shift() ?? '') ?? [];
    const numbers = digits?.split(separator) ?? [];
    if (numbers.length !== wanted.length) throw wrong();
    for (const [index, number] of numbers.entries()) {
      if (!/^\d+(\.\d{1,6})?$/.test(number)) throw wrong();
      counts[wanted[index] ?? ''] = Number(number) * (sign === '-' ? -1 : 1);
    }
  }
  if (words.length > 0) throw wrong();
  const { YEAR = 0, MONTH = 0, DAY = 0, HOUR = 0, MINUTE = 0, SECOND = 0 } = counts;
  const microseconds = Math.round((HOUR * 3600 + MINUTE * 60 + SECOND) * 1e6);
  return literal(INTERVAL, `${YEAR * 12 + MONTH} ${DAY} ${microseconds}`, span);
}
