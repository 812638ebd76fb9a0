import process from 'node:process';
import { warehouseClient } from '../../warehouse/client.ts';
import { listen } from './listen.ts';
import { LiveProject } from './liveproject.ts';
import { methods } from './methods.ts';
import type { FromModels, ToModels } from './protocol.ts';
import { Tasks } from './tasks.ts';

/** The models server of one namespace: a process of its own, started by src/models/server.ts. */

const tell = (message: FromModels) => process.send?.(message);

/** Statements under way are cancelled, so that none outlives who asked for it. */
let stop: () => void = () => process.exit(0);

process.once('message', (message: ToModels) => {
  const { directory, confined, target, serverUrl, key, secret } = message.start;
  const project = new LiveProject({ directory, confined, target, environment: process.env });
  const tasks = new Tasks();
  const warehouse = warehouseClient({ baseUrl: serverUrl, key });
  stop = () => {
    tasks.killAll();
    // The cancellations are on their way within a moment; nothing waits for their answers.
    setTimeout(() => process.exit(0), 50);
  };
  process.on('SIGHUP', () => void project.load());
  listen(methods({ project, tasks, warehouse }), secret).then(
    ({ address }) => {
      tell({ ready: address });
      void project.load();
    },
    (error: Error) => {
      tell({ failed: error.message });
      process.exit(1);
    },
  );
});

// Who started us is gone, or wants us gone.
process.once('disconnect', () => stop());
process.once('SIGTERM', () => stop());
process.once('SIGINT', () => stop());
