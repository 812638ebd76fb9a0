import { flow, task } from 'arcos';

const add = task({ name: 'add' }, (n: number) => n + 1);

/** The least that a deployed run can be: one task. */
export const trivial = flow({ name: 'trivial', labels: ['rio'] }, async () => {
  await add(1);
});
