import { appendFileSync } from 'node:fs';
import { flow, log, task } from 'arcos';
import { z } from 'zod';

const PARAMETERS = z.object({
  /** A file of its own, which everything that was logged is written into as well, after it was. */
  witness: z.string(),
  ms: z.number(),
  fails: z.boolean(),
});

const step = task(
  { name: 'step' },
  async ({ name, witness, ms, fails }: { name: string } & z.output<typeof PARAMETERS>, { run, signal }) => {
    for (let line = 1; line <= 5; line++) {
      const text = `attempt ${run.attempt} ${name} line ${line}`;
      log.info(text);
      appendFileSync(witness, `${text}\n`);
      await new Promise((done) => setTimeout(done, ms / 5));
      signal.throwIfAborted();
    }
    if (fails && name === 'two') throw new Error('it was told to');
    return name.length;
  },
);

/** Two tasks that log what they do, in many small steps. */
export const chaos = flow({ name: 'chaos', parameters: PARAMETERS, labels: ['rio'] }, async (parameters) => {
  for (const name of ['one', 'two']) await step({ name, ...parameters }, { key: name });
});
