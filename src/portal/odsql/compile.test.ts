import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ArcosError } from '../../base/errors.ts';
import { parseScript } from '../../sql/parse.ts';
import { DATE, FLOAT64, INT64, STRING } from '../../sql/type.ts';
import { compileRows, type RowsRequest } from './compile.ts';

const PATH = { project: 'rio', dataset: 'd', table: 't' };
const COLUMNS = [
  { name: 'nome', type: STRING },
  { name: 'n', type: INT64 },
  { name: 'x', type: FLOAT64 },
  { name: 'dia', type: DATE },
].map((column) => ({ ...column, nullable: true }));

const compile = (request: RowsRequest) => compileRows(PATH, COLUMNS, request);

describe('rows', () => {
  test('are all there is without a question', () => {
    expect(compile({}).sql).toBe(
      'SELECT `nome` AS `nome`, `n` AS `n`, `x` AS `x`, `dia` AS `dia`\nFROM `rio.d.t`\nORDER BY 1, 2, 3, 4',
    );
  });

  test('are narrowed by values that stay values', () => {
    const { sql, parameters } = compile({ select: 'nome', where: `nome = 'x'' OR 1=1 --' and (n > 3 or dia is null)` });
    expect(sql).toContain('WHERE (`nome` = @p1 AND (`n` > @p2 OR `dia` IS NULL))');
    expect(parameters).toEqual([
      { name: 'p1', type: STRING, value: "x' OR 1=1 --" },
      { name: 'p2', type: INT64, value: '3' },
    ]);
  });

  test('are put together and counted', () => {
    const { sql } = compile({ group: 'year(dia)', select: 'year(dia) as ano, sum(n) as total', order: 'total desc' });
    expect(sql).toBe(
      'SELECT EXTRACT(YEAR FROM `dia`) AS `ano`, SUM(`n`) AS `total`\nFROM `rio.d.t`\nGROUP BY EXTRACT(YEAR FROM `dia`)\nORDER BY 2 DESC, 1',
    );
    expect(compile({ group: 'nome' }).sql).toContain('SELECT `nome` AS `nome`, COUNT(*) AS `count`');
  });

  test.for([
    [{ where: 'nomes = 1' }, 'where, column 1: There is no column "nomes"', 'Did you mean nome?'],
    [{ where: 'n = abc' }, 'where, column 5: A value is missing', undefined],
    [{ where: "n = '1'" }, 'where, column 5: 1 is no INT64', undefined],
    [{ where: "dia > '2024-99'" }, 'where, column 7: 2024-99 is no DATE', undefined],
    [{ where: 'n = 1; DROP TABLE t' }, 'where, column 6: ";" does not belong here', undefined],
    [{ where: 'n = 1) or (1 = 1' }, 'where, column 6: ")" does not belong here', undefined],
    [{ select: 'sum(nome)' }, 'select, column 1: sum needs a column of numbers', undefined],
    [{ select: 'session_user(nome)' }, 'select, column 1: There is no session_user here', undefined],
    [{ select: 'n, n' }, 'select, column 1: "n" is there twice', undefined],
    [{ select: 'n, count(*)' }, 'select, column 1: "n" is neither counted nor in group', undefined],
    [{ order: '1' }, 'order, column 1: A column is missing', undefined],
    [{ where: '('.repeat(100) }, 'where, column 42: More than 40 parentheses in each other', undefined],
    [{ where: `n in (${'1,'.repeat(300)}1)` }, 'where, column 407: More than 200 values', undefined],
  ] as const)('%j is refused where it is wrong', ([request, message, hint]) => {
    let thrown: unknown;
    try {
      compile(request);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ArcosError);
    expect((thrown as ArcosError).message).toContain(message);
    if (hint !== undefined) expect((thrown as ArcosError).hint).toContain(hint);
  });

  test('whatever is written, one query over the table comes of it, or INVALID', () => {
    const words = fc.constantFrom(
      'nome',
      'n',
      'and',
      'or',
      'not',
      '(',
      ')',
      '=',
      'in',
      "'a'",
      '1',
      ',',
      'like',
      '`',
      '--',
      ';',
      '/*',
      '*/',
      '@p1',
      'select',
      'as',
      'desc',
      'count(*)',
      'null',
      'is',
      'between',
    );
    const text = fc.array(words, { maxLength: 12 }).map((each) => each.join(' '));
    const any = fc.oneof(text, fc.string({ maxLength: 40 }));
    fc.assert(
      fc.property(fc.record({ select: any, where: any, group: any, order: any }, { requiredKeys: [] }), (request) => {
        let sql: string;
        try {
          ({ sql } = compile(request));
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID' });
          return;
        }
        const { script, faults } = parseScript(sql);
        expect(faults).toEqual([]);
        expect(script.statements.map(({ kind }) => kind)).toEqual(['query']);
      }),
      { numRuns: 2000 },
    );
  });
});
