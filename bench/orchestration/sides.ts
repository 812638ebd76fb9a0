import { join } from 'node:path';
import { pythonWithClients } from '../../test/clients/venv.ts';
import { openWorld, type World } from '../../test/e2e/orchestrator/world.ts';
import { setup } from '../../test/support/postgres.ts';
import type { Missing } from '../case.ts';
import { type Prefect, startPrefect } from './prefect.ts';

/** A server of ours with an agent, and a flow of this folder deployed on it. */
export interface OurSide {
  readonly world: World;
  readonly deployment: string;
  close(): Promise<void>;
}

export async function openOurs(file: string): Promise<OurSide> {
  await using opening = new AsyncDisposableStack();
  opening.defer(await setup());
  const world = await openWorld();
  opening.defer(() => world.close());
  const [deployed] = await world.deploy(join(import.meta.dirname, file));
  await world.startAgent();
  const open = opening.move();
  return { world, deployment: deployed?.deployment.id ?? '', close: () => open.disposeAsync() };
}

/** The same, with Prefect beside it. */
export async function openBoth(file: string): Promise<(OurSide & { readonly prefect: Prefect }) | Missing> {
  const found = pythonWithClients('prefect.txt');
  if ('missing' in found) return found;
  await using opening = new AsyncDisposableStack();
  const ours = await openOurs(file);
  opening.defer(() => ours.close());
  const prefect = await startPrefect(found.python);
  opening.defer(() => prefect.close());
  const open = opening.move();
  return { ...ours, prefect, close: () => open.disposeAsync() };
}
