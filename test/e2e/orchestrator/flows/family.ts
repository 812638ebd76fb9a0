import { command, flow, log, runFlow, state, task } from 'arcos';
import { z } from 'zod';

const program = `
const { writeFileSync } = require('node:fs');
console.log('counting');
writeFileSync(process.env.ARCOS_RESULT, JSON.stringify(2 * JSON.parse(require('node:fs').readFileSync(0, 'utf8'))));`;
const double = command<number, number>({ name: 'double', program: process.execPath, args: ['-e', program] });

const fail = task({ name: 'fail' }, () => {
  throw new Error('not yet');
});

/** Fails unless it runs the second time. */
export const child = flow(
  { name: 'child', labels: ['rio'], parameters: z.object({ n: z.number() }) },
  async ({ n }, { attempt }) => {
    const twice = await double(n);
    const sum = await state.update('sum', (before) => (typeof before === 'number' ? before : 0) + twice);
    log.info(`the sum is ${sum}`);
    if (attempt === 1) await fail();
  },
);

export const parent = flow({ name: 'parent', labels: ['rio'], retries: 1 }, async () => {
  const { state: ended } = await runFlow(child, { n: 21 });
  log.info(`the child is ${ended}, sum ${await state.get('sum')}`);
});
