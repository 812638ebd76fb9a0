import { flow, log, secret, task } from 'arcos';

const LARGE = 2_000_000;

/** A result too large to be recorded, made in the first attempt alone. */
const large = task({ name: 'large' }, async (_: undefined, { run }) => {
  if (run.attempt > 1) throw new Error('it is there already');
  return { text: 'x'.repeat(LARGE) };
});

const cached = task({ name: 'cached', cache: { expiry: '1h' } }, (_: string, { run }) => run.id);

/** Reads a secret of its namespace, tells it everywhere, and fails the first time. */
export const keeps = flow({ name: 'keeps', labels: ['rio'] }, async (_, { id, attempt }) => {
  const value = await secret('SENHA');
  log.info(`logged ${value}`);
  console.log(`printed ${value}`);
  const { text } = await large();
  log.info(`${text.length} characters, ${(await cached('a')) === id ? 'own' : 'of another run'}`);
  if (attempt === 1) throw new Error(`the password ${value} is not good`);
});
