import { ArcosError } from '../../base/errors.ts';

/**
 * A package that only those need who use it: what loads it, or the name to load, where Arcos itself does not have it.
 * Throws CONFIG with the command that gets it.
 */
export function driver<Module>(name: string, load: (() => Promise<Module>) | string): Promise<Module> {
  // A name that is no literal is left to the moment when the flow runs.
  const loading = typeof load === 'string' ? (import(load) as Promise<Module>) : load();
  return loading.catch((cause: unknown) => {
    throw new ArcosError('CONFIG', `The package "${name}" is not installed`, {
      hint: `Beside your flows: npm install ${name}`,
      cause,
    });
  });
}
