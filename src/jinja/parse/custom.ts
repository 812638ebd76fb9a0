import type { Value } from '../runtime/value.ts';
import type { BlockNode, Expression } from '../syntax/ast.ts';
import type { Token } from '../syntax/token.ts';
import { parseExpression } from './expression.ts';
import { parseParameters, parseUntil } from './statement.ts';
import type { TokenStream } from './stream.ts';

/** dbt's own block tags, each with the tags that end it. */
export const CUSTOM_TAGS: Readonly<Record<string, readonly string[]>> = {
  materialization: ['endmaterialization'],
  test: ['enddata_test', 'endtest'],
  data_test: ['endtest', 'enddata_test'],
  snapshot: ['endsnapshot'],
  docs: ['enddocs'],
};

/** A block of dbt: it prints nothing where it stands; the host finds it among the template's blocks. */
export function parseCustom(stream: TokenStream, tag: Token): BlockNode {
  const { value: name } = stream.expect('name');
  const parameters = stream.isOperator('(') ? parseParameters(stream) : [];
  const given = parseOptions(stream);
  const { end: bodyStart } = stream.expect('block_end');
  const body = stream.inside(false, () => parseUntil(stream, CUSTOM_TAGS[tag.value] ?? [], tag));
  const { start: bodyEnd } = stream.previous;
  stream.take();
  const at = tag.start;
  return {
    kind: 'custom',
    tag: tag.value === 'data_test' ? 'test' : tag.value,
    name,
    arguments: given,
    macro: { kind: 'macro', name, parameters, body, at },
    bodyStart,
    bodyEnd,
    at,
  };
}

/** `, default` or `, adapter='bigquery', supported_languages=['sql']` of a materialization. */
function parseOptions(stream: TokenStream): Readonly<Record<string, Value>> {
  const options: Record<string, Value> = {};
  while (stream.skipIf('operator', ',')) {
    const { value: name, start } = stream.expect('name');
    options[name] = stream.skipIf('operator', '=') ? literalOf(parseExpression(stream), stream, start) : true;
  }
  return options;
}

function literalOf(expression: Expression, stream: TokenStream, at: number): Value {
  if (expression.kind === 'literal') return expression.value;
  if (expression.kind === 'list') return expression.items.map((item) => literalOf(item, stream, at));
  throw stream.fail('an option of a block is a text, true, false or a list of them', undefined, at);
}
