import { cacheCompiled } from './compilecache.ts';

/**
 * Where the command `arcos` begins. The cache of compiled modules is on before anything is loaded; and a command of dbt,
 * which pipelines call for each of their steps, loads no other command.
 */
cacheCompiled();
const [{ Command }, { runProgram }] = await Promise.all([import('commander'), import('./runprogram.ts')]);
if (process.argv[2] === 'dbt') {
  const program = new Command('arcos').showHelpAfterError();
  const { dbtCommand } = await import('./dbt.ts');
  dbtCommand(program);
  await runProgram(program);
} else {
  const { arcosProgram } = await import('./main.ts');
  await runProgram(arcosProgram());
}
