import type { Command } from 'commander';
import { readSettings, resolvePaths, SETTINGS, type Settings } from '../server/config.ts';

/** Gives a command a flag for every setting of the server. */
export function withSettings(command: Command): Command {
  for (const { name, values, doc, default: value } of Object.values(SETTINGS)) {
    command.option(`--${name} <value>`, `${doc} (${values}; ${value === '' ? 'none' : value} unless told)`);
  }
  return command;
}

/** The settings from a command's flags, the environment and the city's arcos.toml. */
export function settingsOf(
  flags: Readonly<Record<string, unknown>>,
  defaults: Readonly<Record<string, string>> = {},
): Settings {
  const given: Record<string, string | undefined> = {};
  for (const { name } of Object.values(SETTINGS)) {
    const value = flags[name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())];
    if (typeof value === 'string') given[name] = value;
  }
  const variable = (name: string) => process.env[`ARCOS_${name.replaceAll('-', '_').toUpperCase()}`];
  for (const [name, value] of Object.entries(defaults)) {
    if (variable(name) === undefined) given[name] ??= value;
  }
  const folder = given['city'] ?? variable('city') ?? '.';
  return resolvePaths(readSettings({ flags: given, environment: process.env, folder }));
}
