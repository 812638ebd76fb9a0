import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Role } from '../access/policy.ts';
import type { Principal } from '../access/principal.ts';
import { ArcosError } from '../base/errors.ts';
import { silentLog } from '../base/log.ts';
import { type LakePlace, openTestLake, type TestLake } from '../lake/testing.ts';
import { EXTENSIONS, ensureExtensions, REMOTE_EXTENSION } from './engines/duckdb/extensions.ts';
import type { WarehouseTables } from './tables.ts';
import { createWarehouse, type Warehouse } from './warehouse.ts';

export interface TestWarehouse extends TestLake {
  readonly warehouse: Warehouse;
  /** Folder of the tables' files. */
  readonly dataDir: string;
  /** Of agency `rio`, which owns project `rio`. */
  readonly editor: Principal;
  principal(name: string, role: Role, agency: string): Promise<{ principal: Principal; key: string }>;
  /** Process id of the engine of agency `rio`. */
  enginePid(): number;
  /** Makes jobs look as if their server, which is gone, had not come to end them. */
  forgetEnds(ids: readonly string[]): Promise<void>;
  /** The same warehouse as a new server would open it. */
  reopen(): Promise<Warehouse>;
}

/** A warehouse on a lake of its own, its engine in a real process. */
export async function openTestWarehouse(place: LakePlace = {}): Promise<TestWarehouse> {
  const open = await openTestLake(place);
  const dir = mkdtempSync(join(tmpdir(), 'arcos-warehouse-'));
  const extensionsDir = await ensureExtensions(
    undefined,
    place.url === undefined ? EXTENSIONS : [...EXTENSIONS, REMOTE_EXTENSION],
  );
  const warehouses: Warehouse[] = [];
  const reopen = async () => {
    const warehouse = createWarehouse({
      store: open.store,
      access: open.access,
      lake: open.lake,
      dataDir: join(dir, 'data'),
      resultsDir: join(dir, 'results'),
      extensionsDir,
      engine: { memoryLimit: '512MB', threads: 2, tempDir: join(dir, 'temp'), firstAgency: 'rio' },
      log: silentLog,
    });
    warehouses.push(warehouse);
    await warehouse.start();
    return warehouse;
  };
  const principal: TestWarehouse['principal'] = async (name, role, agency) => {
    await open.access.putAgency({ id: agency, name: agency });
    const id = await open.access.putPrincipal({
      kind: 'service_account',
      name,
      agency,
      bindings: [{ role, scope: { kind: 'agency', id: agency } }],
    });
    const key = await open.access.issueKey(id, { purpose: 'test' });
    return { principal: (await open.access.authenticate(key)) as Principal, key };
  };
  const { principal: editor } = await principal('editor@rio', 'editor', 'rio');
  return {
    ...open,
    warehouse: await reopen(),
    dataDir: join(dir, 'data'),
    editor,
    principal,
    reopen,
    enginePid() {
      const pid = warehouses[0]?.enginePid('rio');
      if (pid === undefined) throw new ArcosError('STATE', 'No engine is running');
      return pid;
    },
    async forgetEnds(ids) {
      await open.store
        .tables<WarehouseTables>()
        .updateTable('warehouse.job')
        .set({ state: 'RUNNING', server: randomUUID() })
        .where('id', 'in', ids)
        .execute();
    },
    async close() {
      await Promise.all(warehouses.map((warehouse) => warehouse.stop()));
      await open.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
