import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Json } from '../../../src/base/json.ts';
import { listen, SECRET_HEADER } from '../../../src/models/rpc/listen.ts';
import { LiveProject } from '../../../src/models/rpc/liveproject.ts';
import { methods } from '../../../src/models/rpc/methods.ts';
import { Tasks } from '../../../src/models/rpc/tasks.ts';
import type { WarehouseClient } from '../../../src/warehouse/port.ts';
import { openTestWarehouse } from '../../../src/warehouse/testing.ts';

/** The project that the recording was made with. */
const PROJECT: Readonly<Record<string, string>> = {
  'dbt_project.yml':
    "name: rj\nversion: '1.0'\nmodels:\n  rj:\n    dados: {+schema: dados, +materialized: table}\nseeds:\n  rj: {+quote_columns: null}\n",
  'models/dados/a.sql': "select 1 as id, '{{ var('d') }}' as d",
  'models/dados/b.sql': "select * from {{ ref('a') }}",
  'models/dados/bad.sql': "select no_such_col from {{ ref('a') }}",
  'models/dados/schema.yml': 'models:\n  - name: a\n    columns:\n      - {name: id, tests: [not_null, unique]}\n',
  'seeds/s.csv': 'id,nome\n1,x\n',
  'macros/hello.sql': "{% macro hello(x) %}{{ log('hello ' ~ x, info=true) }}{% endmacro %}",
};

/** A models server over that project and a real warehouse, whose answers can be held back. */
export interface World {
  /** Sends what is no text as JSON. */
  send(body: string | object): Promise<{ status: number; body: Json }>;
  /** Statements wait from here on, so that a task is seen while it runs; answers with the way to let them go. */
  hold(): () => void;
  close(): Promise<void>;
}

export async function openWorld(): Promise<World> {
  await using opening = new AsyncDisposableStack();
  const open = await openTestWarehouse();
  opening.defer(() => open.close());
  const directory = mkdtempSync(join(tmpdir(), 'arcos-rpc-'));
  opening.defer(() => rmSync(directory, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(PROJECT)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  let held: Promise<void> = Promise.resolve();
  const client = open.warehouse.client(open.editor);
  const warehouse: WarehouseClient = {
    ...client,
    ensureDataset: (project, dataset) => held.then(() => client.ensureDataset(project, dataset)),
    query: (request) => held.then(() => client.query(request)),
  };
  const target = { name: 'dev', project: 'rio', dataset: 'main', threads: 1 };
  const project = new LiveProject({ directory, target, environment: {} });
  const tasks = new Tasks();
  opening.defer(() => tasks.killAll());
  const { server, address } = await listen(methods({ project, tasks, warehouse }), 'secret');
  opening.defer(() => void server.close());
  await project.load();
  const opened = opening.move();
  return {
    async send(body) {
      const response = await fetch(`${address}/jsonrpc`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', [SECRET_HEADER]: 'secret' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      return { status: response.status, body: (await response.json()) as Json };
    },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    close: () => opened.disposeAsync(),
  };
}
