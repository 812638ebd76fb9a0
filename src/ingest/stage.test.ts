import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestWarehouse, type TestWarehouse } from '../warehouse/testing.ts';
import { suggestName } from './names.ts';
import type { Row } from './rows.ts';
import { type StageOptions, stageInto } from './stage.ts';

let open: TestWarehouse;

beforeAll(async () => {
  open = await openTestWarehouse();
});
afterAll(() => open.close());

function put(options: Partial<StageOptions<Row>> & Pick<StageOptions<Row>, 'table' | 'rows'>) {
  return stageInto(
    { lake: open.lake, warehouse: open.warehouse.client(open.editor) },
    { project: 'rio', dataset: 'saude', columns: ['id', 'nota'], mode: 'overwrite', ...options },
  );
}

async function read(table: string): Promise<unknown> {
  const sql = `SELECT * FROM saude_staging.${table} ORDER BY id`;
  return (await open.warehouse.client(open.editor).query({ sql, project: 'rio' })).rows;
}

async function names(table: string): Promise<string[]> {
  const { objects } = await open.lake.list({ bucket: 'rio', prefix: `staging/saude/${table}/` });
  return objects.map(({ name }) => name.slice(`staging/saude/${table}/`.length));
}

const byYear = { keys: ['ano'], of: (row: Row) => ({ ano: String(row['id']).slice(0, 4) }) };

describe('stage', () => {
  it('keeps any text, and every column is STRING', async () => {
    const nota = 'aspas ", vírgula,\nlinha nova; ção 🦜';
    await put({
      table: 'texto',
      rows: [
        { id: 1, nota },
        { id: 2, nota: null },
        { id: 3, nota: '' },
        { id: true, nota: '007' },
      ],
    });
    expect(await read('texto')).toEqual([
      { id: '1', nota },
      { id: '2', nota: null },
      { id: '3', nota: '' },
      { id: 'true', nota: '007' },
    ]);
    const info = await open.warehouse
      .client(open.editor)
      .table({ project: 'rio', dataset: 'saude_staging', table: 'texto' });
    expect(info?.columns.map(({ type }) => type.kind)).toEqual(['STRING', 'STRING']);
  });

  it('puts the rows of a partition into one file, and reads the key back as a column', async () => {
    const staged = await put({
      table: 'ano',
      rows: [{ id: '2025-a' }, { id: '2026-b' }, { id: '2025-c' }],
      partitionBy: byYear,
    });
    expect(staged).toMatchObject({ table: 'rio.saude_staging.ano', rows: 3, objects: 2 });
    expect(await names('ano')).toEqual(['ano=2025/data.csv', 'ano=2026/data.csv']);
    expect(await read('ano')).toContainEqual({ id: '2025-c', nota: null, ano: '2025' });
  });

  it('overwrites a table, or only the partitions it is given', async () => {
    const rows = [{ id: '2024-a' }, { id: '2025-a' }];
    await put({ table: 'modo', rows, partitionBy: byYear });
    await put({ table: 'modo', rows: [{ id: '2025-b' }], partitionBy: byYear, mode: 'overwrite_partition' });
    expect(await read('modo')).toMatchObject([{ id: '2024-a' }, { id: '2025-b' }]);
    await put({ table: 'modo', rows: [{ id: '2023-z' }], partitionBy: byYear });
    expect(await read('modo')).toMatchObject([{ id: '2023-z' }]);
  });

  it('appends, and the same rows again add nothing', async () => {
    for (const id of ['1', '2', '2']) await put({ table: 'mais', rows: [{ id }], mode: 'append' });
    expect(await read('mais')).toMatchObject([{ id: '1' }, { id: '2' }]);
  });

  it('shows all of an overwrite at once, to readers of the table and of the bucket, columns included', async () => {
    const columns = (wide: boolean) => (wide ? ['id', 'nota', 'mais'] : ['id', 'nota']);
    const version = (nota: number) => {
      const wide = nota % 2 === 0;
      const rows = Array.from({ length: 40 }, (_, id) => ({ id, nota, ...(wide ? { mais: nota } : {}) }));
      const of = (row: Row) => ({ parte: Number(row['id']) % 20 });
      return put({ table: 'vista', columns: columns(wide), rows, partitionBy: { keys: ['parte'], of } });
    };
    await version(1);
    let over = false;
    const seen = new Set<string>();
    const sql = 'SELECT COUNT(*) AS n, MIN(nota) AS a, MAX(nota) AS b FROM saude_staging.vista';
    const watchTable = async () => {
      while (!over) {
        const { rows } = await open.warehouse.client(open.editor).query({ sql, project: 'rio' });
        seen.add(JSON.stringify([Number(rows[0]?.['n']), rows[0]?.['a'] === rows[0]?.['b']]));
      }
    };
    const watchBucket = async () => {
      while (!over) {
        const { objects } = await open.lake.list({ bucket: 'rio', prefix: 'staging/saude/vista/' });
        seen.add(
          `${objects.length} files of ${new Set(objects.map(({ createdAt }) => createdAt.getTime())).size} moments`,
        );
      }
    };
    const watching = [watchTable(), watchTable(), watchBucket()];
    try {
      for (let nota = 2; nota < 8; nota += 1) await version(nota);
    } finally {
      over = true;
      await Promise.all(watching);
    }
    expect([...seen].sort()).toEqual(['20 files of 1 moments', '[40,true]']);
  });

  it('goes on with what is missing after an interruption, and refuses to add to a half-done overwrite', async () => {
    await put({ table: 'corte', rows: [{ id: '1', nota: 'a' }] });
    const warehouse = open.warehouse.client(open.editor);
    const options = { project: 'rio', dataset: 'saude', table: 'corte', mode: 'overwrite' as const };
    const rows = [{ id: '2', outra: 'b' }];
    const cut = { ...open.lake, commit: () => Promise.reject(new Error('killed')) };
    await expect(stageInto({ lake: cut, warehouse }, { ...options, columns: ['id', 'outra'], rows })).rejects.toThrow(
      'killed',
    );
    expect(await read('corte')).toEqual([{ id: '2', outra: 'b' }]);
    await expect(put({ table: 'corte', rows: [{ id: '3' }], mode: 'append' })).rejects.toMatchObject({
      code: 'INVALID',
    });
    await expect(
      put({ table: 'corte', columns: ['id', 'outra'], rows: [{ id: '3' }], mode: 'append' }),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
    let written = 0;
    const counting = {
      ...open.lake,
      write: (...given: Parameters<typeof open.lake.write>) => {
        written += 1;
        return open.lake.write(...given);
      },
    };
    await stageInto({ lake: counting, warehouse }, { ...options, columns: ['id', 'outra'], rows });
    expect([await read('corte'), written, await names('corte')]).toEqual([[{ id: '2', outra: 'b' }], 0, ['data.csv']]);
    await put({ table: 'corte', columns: ['outra', 'id'], rows: [{ id: '3', outra: 'c' }], mode: 'append' });
    expect(await read('corte')).toEqual([
      { id: '2', outra: 'b' },
      { id: '3', outra: 'c' },
    ]);
  });

  it('stages no rows as an empty table', async () => {
    await put({ table: 'vazia', rows: [] });
    await put({ table: 'vazia_ano', rows: [], partitionBy: byYear });
    expect(await read('vazia')).toEqual([]);
    expect(await read('vazia_ano')).toEqual([]);
  });

  it.each<[string, Partial<StageOptions<Row>>, RegExp]>([
    ['a bad table name', { table: 'Serviço Público' }, /"Serviço Público" cannot be the name of a table/],
    ['a bad column name', { columns: ['id', 'Nota Média'] }, /"Nota Média" cannot be the name of a column/],
    ['a column twice', { columns: ['id', 'id'] }, /"id" is there twice/],
    ['a column the table has not', { rows: [{ id: 1 }, { id: 2, outra: 3 }] }, /Row 2 has a column "outra"/],
    ['a value that is no cell', { rows: [{ id: {} as never }] }, /Row 1, column "id": a cell holds no object/],
    [
      'a partition without a value',
      { rows: [{ id: 'x' }], partitionBy: { keys: ['ano'], of: () => ({ ano: Number.NaN }) } },
      /Row 1: the partition key "ano" has no value/,
    ],
    [
      'a partition that leaves its folder',
      { rows: [{ id: 'x' }], partitionBy: { keys: ['ano'], of: () => ({ ano: '../x' }) } },
      /Row 1: "\.\.\/x" cannot be the value/,
    ],
  ])('refuses %s before anything is uploaded', async (_, options, message) => {
    await expect(put({ table: 'recusada', rows: [{ id: 1 }], ...options })).rejects.toThrow(message);
    expect(await names('recusada')).toEqual([]);
  });

  it('suggests a name that is allowed', () => {
    expect(suggestName('Região Administrativa (2024)')).toBe('regiao_administrativa_2024');
  });
});
