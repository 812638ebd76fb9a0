import { appendFileSync } from 'node:fs';
import { artifact, flow, log, task } from 'arcos';
import { z } from 'zod';

const PARAMETERS = z.object({
  /** A file that every task that is really executed writes a line into. */
  effects: z.string(),
  /** How long each task takes, in ms. */
  ms: z.number().default(0),
  /** The task that fails, and in which attempts. */
  fails: z.object({ task: z.string(), attempts: z.array(z.number()) }).optional(),
});

const step = task(
  { name: 'step' },
  async (
    { name, before, ...told }: { name: string; before: number } & z.output<typeof PARAMETERS>,
    { run, signal },
  ) => {
    appendFileSync(told.effects, `${name} ${run.attempt}\n`);
    log.info(`${name} begins`);
    await new Promise<void>((done, failed) => {
      setTimeout(done, told.ms);
      signal.addEventListener('abort', () => failed(signal.reason), { once: true });
    });
    if (told.fails?.task === name && told.fails.attempts.includes(run.attempt)) throw new Error(`${name} has no luck`);
    return before + 1;
  },
);

/** Three tasks, one after the other; each adds one to what the one before returned. */
export const steps = flow({ name: 'steps', parameters: PARAMETERS, labels: ['rio'] }, async (parameters) => {
  let sum = 0;
  for (const name of ['one', 'two', 'three']) sum = await step({ name, before: sum, ...parameters }, { key: name });
  artifact.table('sum', [{ sum }]);
  console.log(`the sum is ${sum}`);
});

if (import.meta.main) await steps.main();
