import { flow, task } from 'arcos';
import { z } from 'zod';

const add = task({ name: 'add' }, (n: number) => n + 1);

/** So many tasks one after the other, each with the result of the one before. */
export const tasks = flow(
  { name: 'tasks', parameters: z.object({ count: z.number() }), labels: ['rio'] },
  async ({ count }) => {
    let total = 0;
    for (let index = 0; index < count; index++) total = await add(total);
  },
);
