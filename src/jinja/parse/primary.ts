import type { Expression } from '../syntax/ast.ts';
import { parseExpression, parseTuple } from './expression.ts';
import type { TokenStream } from './stream.ts';

const CONSTANTS = new Map<string, boolean | null>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
]);

/** A name, literal, list, dict or bracketed expression. */
export function parsePrimary(stream: TokenStream): Expression {
  const token = stream.current;
  const at = token.start;
  switch (token.kind) {
    case 'name': {
      stream.take();
      const constant = CONSTANTS.get(token.value);
      return constant === undefined
        ? { kind: 'name', name: token.value, at }
        : { kind: 'literal', value: constant, at };
    }
    case 'string': {
      let value = '';
      while (stream.is('string')) value += stream.take().value;
      return { kind: 'literal', value, at };
    }
    case 'integer':
    case 'float':
      stream.take();
      return { kind: 'number', float: token.kind === 'float', text: token.value, at };
    default:
      if (stream.isOperator('(')) return parseBrackets(stream);
      if (stream.isOperator('[')) return { kind: 'list', items: parseItems(stream), at };
      if (stream.isOperator('{')) return parseDict(stream);
      throw stream.unexpected('an expression');
  }
}

function parseBrackets(stream: TokenStream): Expression {
  const { start: at } = stream.take();
  if (stream.skipIf('operator', ')')) return { kind: 'tuple', items: [], at };
  const inside = parseTuple(stream);
  stream.expect('operator', ')');
  return inside;
}

function parseItems(stream: TokenStream): Expression[] {
  stream.take();
  const items: Expression[] = [];
  while (!stream.isOperator(']')) {
    items.push(parseExpression(stream));
    if (!stream.skipIf('operator', ',')) break;
  }
  stream.expect('operator', ']');
  return items;
}

function parseDict(stream: TokenStream): Expression {
  const { start: at } = stream.take();
  const pairs: (readonly [Expression, Expression])[] = [];
  while (!stream.isOperator('}')) {
    const key = parseExpression(stream);
    stream.expect('operator', ':');
    pairs.push([key, parseExpression(stream)]);
    if (!stream.skipIf('operator', ',')) break;
  }
  stream.expect('operator', '}');
  return { kind: 'dict', pairs, at };
}
