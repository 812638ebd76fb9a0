import { ArcosError } from '../../base/errors.ts';

/** A package that only those need who use it. Throws CONFIG with the command that gets it. */
export function driver<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  return load().catch((cause: unknown) => {
    throw new ArcosError('CONFIG', `The package "${name}" is not installed`, {
      hint: `Beside your flows: npm install ${name}`,
      cause,
    });
  });
}
