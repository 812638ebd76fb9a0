import { expect, test } from 'vitest';
import { fieldsOf, parametersOf } from './fields.ts';

const SCHEMA = {
  type: 'object',
  required: ['pasta'],
  properties: {
    pasta: { type: 'string', description: 'Onde' },
    linhas: { type: 'integer', default: 10, minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
    modo: { enum: ['tudo', 'novo'], default: 'novo' },
    falhar: { type: 'boolean', default: false },
    dia: { type: 'string', format: 'date' },
    lista: { type: 'array', default: [1] },
  },
};

test('each property has the input that its type asks for', () => {
  expect(fieldsOf(SCHEMA, { pasta: '/dados' })).toEqual([
    { name: 'pasta', kind: 'text', required: true, initial: '/dados', choices: [], description: 'Onde' },
    { name: 'linhas', kind: 'integer', required: false, initial: '10', choices: [], minimum: 1 },
    { name: 'modo', kind: 'choice', required: false, initial: 'novo', choices: ['tudo', 'novo'] },
    { name: 'falhar', kind: 'boolean', required: false, initial: 'false', choices: [] },
    { name: 'dia', kind: 'date', required: false, initial: '', choices: [] },
    { name: 'lista', kind: 'json', required: false, initial: '[1]', choices: [] },
  ]);
});

test('what was entered has the types of the schema, and what was not is left out', () => {
  const entered = new Map([
    ['pasta', '/x'],
    ['linhas', '5'],
    ['falhar', 'true'],
    ['dia', ''],
    ['lista', '[2]'],
  ]);
  expect(parametersOf(fieldsOf(SCHEMA, {}), entered)).toEqual({ pasta: '/x', linhas: 5, falhar: true, lista: [2] });
  expect(() => parametersOf(fieldsOf(SCHEMA, {}), new Map([['lista', '[']]))).toThrow(SyntaxError);
});
