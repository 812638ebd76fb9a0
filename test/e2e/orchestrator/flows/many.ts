import { flow, task } from 'arcos';

const add = task({ name: 'add' }, (n: number) => n + 1);
const sum = task({ name: 'sum' }, (all: readonly number[]) => all.reduce((total, n) => total + n, 0));

/** A graph that is made while it runs: ten thousand tasks, and one that takes what they made. */
export const many = flow({ name: 'many', labels: ['rio'] }, async () => {
  const all = await add.map(
    Array.from({ length: 10_000 }, (_, index) => index),
    { concurrency: 50 },
  );
  if ((await sum(all)) !== 50_005_000) throw new Error('the sum is wrong');
});
