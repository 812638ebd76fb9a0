import { nearest } from '../../base/nearest.ts';
import type { TypeNode } from '../ast/expression.ts';
import { arrayOf, type ScalarName, type SqlType } from '../type.ts';
import type { Binder } from './binder.ts';

const NAMES: Readonly<Record<string, ScalarName>> = {
  INT64: 'INT64',
  INT: 'INT64',
  SMALLINT: 'INT64',
  INTEGER: 'INT64',
  BIGINT: 'INT64',
  TINYINT: 'INT64',
  BYTEINT: 'INT64',
  FLOAT64: 'FLOAT64',
  FLOAT: 'FLOAT64',
  NUMERIC: 'NUMERIC',
  DECIMAL: 'NUMERIC',
  BIGNUMERIC: 'BIGNUMERIC',
  BIGDECIMAL: 'BIGNUMERIC',
  BOOL: 'BOOL',
  BOOLEAN: 'BOOL',
  STRING: 'STRING',
  BYTES: 'BYTES',
  DATE: 'DATE',
  DATETIME: 'DATETIME',
  TIME: 'TIME',
  TIMESTAMP: 'TIMESTAMP',
  INTERVAL: 'INTERVAL',
  JSON: 'JSON',
  GEOGRAPHY: 'GEOGRAPHY',
};

/** The type a type node means. */
export function bindType(binder: Binder, node: TypeNode): SqlType {
  switch (node.kind) {
    case 'array':
      return arrayOf(bindType(binder, node.element));
    case 'range': {
      const element = bindType(binder, node.element);
      if (element.kind === 'DATE' || element.kind === 'DATETIME' || element.kind === 'TIMESTAMP') {
        return { kind: 'RANGE', element: { kind: element.kind } };
      }
      throw binder.fail('type', node, `Unsupported type: RANGE<${element.kind}>`);
    }
    case 'struct':
      return {
        kind: 'STRUCT',
        fields: node.fields.map(({ name, type }) => ({
          ...(name === undefined ? {} : { name: name.name }),
          type: bindType(binder, type),
        })),
      };
    case 'simple': {
      const kind = NAMES[node.name];
      if (kind === undefined) {
        const hint = nearest(node.name, Object.keys(NAMES));
        const suggestion = hint === undefined ? undefined : `Did you mean ${hint}?`;
        throw binder.fail('type', node, `Type not found: ${node.name}`, suggestion);
      }
      const [first, second] = node.parameters;
      if (first === undefined) return { kind };
      if (kind === 'STRING' || kind === 'BYTES') return { kind, maxLength: first };
      if (kind === 'NUMERIC' || kind === 'BIGNUMERIC') return { kind, precision: first, scale: second ?? 0 };
      throw binder.fail('type', node, `${kind} does not support type parameters`);
    }
  }
}
