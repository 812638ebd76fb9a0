import type { Pipe } from '../ast/query.ts';
import type { BoundExpression } from '../bound.ts';
import { BOOL, STRING } from '../type.ts';
import type { Binder, Place } from './binder.ts';
import { bindCondition, bindExpression } from './expression.ts';
import { call, literal, text } from './make.ts';

/** A condition that is TRUE, or ends the query with the values that stand behind it. */
export function asserted(binder: Binder, place: Place, pipe: Extract<Pipe, { kind: 'assert' }>): BoundExpression {
  const condition = bindCondition(binder, { ...place, noAggregates: 'pipe ASSERT' }, pipe.condition, 'Pipe ASSERT');
  const values = pipe.messages.map((node): BoundExpression => {
    const operand = bindExpression(binder, place, node);
    const written = call(STRING, 'FORMAT', [text('%t', node), operand], node);
    return operand.type.kind === 'STRING' ? call(STRING, 'IFNULL', [operand, text('NULL', node)], node) : written;
  });
  const spaced = values.flatMap((value, index) => (index === 0 ? [value] : [text(' ', pipe), value]));
  const said = [text(values.length === 0 ? 'Assert failed' : 'Assert failed: ', pipe), ...spaced];
  const message = said.length === 1 ? said[0] : call(STRING, 'CONCAT', said, pipe);
  const fails = call(BOOL, 'ERROR', message === undefined ? [] : [message], pipe);
  return call(BOOL, 'IF', [condition, literal(BOOL, true, pipe), fails], pipe);
}
