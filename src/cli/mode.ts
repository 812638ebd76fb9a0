import { type Command, Option } from 'commander';

/** A dataset as it is published, and its twin of files as they came. */
export type Mode = 'prod' | 'staging';

/** The twin `<dataset>_staging`, or the dataset itself. */
export const datasetIn = (dataset: string, mode: Mode) => (mode === 'staging' ? `${dataset}_staging` : dataset);

export const modesOf = (mode: Mode | 'all'): readonly Mode[] => (mode === 'all' ? ['prod', 'staging'] : [mode]);

export function modeOption(command: Command, unless: Mode | 'all'): Command {
  const choices = ['prod', 'staging', 'all'];
  return command.addOption(
    new Option('--mode <mode>', 'the dataset, its staging twin, or both').choices(choices).default(unless),
  );
}

export function projectOption(command: Command): Command {
  return command.requiredOption('--project <name>', 'the project', process.env['ARCOS_PROJECT']);
}

/** basedosdados names verbs and flags with `_`; both spellings are understood. */
export function bothSpellings(command: Command): Command {
  for (const each of command.commands) {
    if (each.name().includes('-')) each.alias(each.name().replaceAll('-', '_'));
  }
  return command;
}
