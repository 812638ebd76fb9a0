/**
 * `npm run conformance -- NAME [options]`: recorded answers of the real systems against ours. A conformance
 * is a file beside this one that exports `run(args)`, which prints its report and gives the exit code.
 */
const [name = '', ...args] = process.argv.slice(2);

if (!/^[a-z-]+$/.test(name)) {
  console.error('usage: npm run conformance -- NAME [options]');
  process.exit(64);
}
const module: { run(args: readonly string[]): Promise<number> } = await import(`./${name}.ts`);
process.exit(await module.run(args));
