import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse as parseToml, TomlError } from 'smol-toml';
import { ArcosError } from '../base/errors.ts';
import { type Fault, formatFault } from '../base/fault.ts';
import { nearest } from '../base/nearest.ts';
import { readLogRetention, readRunRetention } from '../orchestrator/retention/policy.ts';

/** How a setting's text is read; `undefined` for text that is not such a value. */
type Reader<Value> = (text: string) => Value | undefined;

interface Setting<Value> {
  /** What follows `--` on a command line, and in lower case with `_` the name in arcos.toml. */
  readonly name: string;
  readonly default: Value;
  readonly read: Reader<Value>;
  /** What values there are, for messages and the reference. */
  readonly values: string;
  readonly doc: string;
}

const setting = <Value>(definition: Setting<Value>): Setting<Value> => definition;

const text: Reader<string> = (value) => (value === '' ? undefined : value);
const port: Reader<number> = (value) =>
  /^\d{1,5}$/.test(value) && Number(value) <= 65_535 ? Number(value) : undefined;
const whole: Reader<number> = (value) => (/^[1-9]\d{0,5}$/.test(value) ? Number(value) : undefined);
const memory: Reader<string> = (value) => (/^\d+(\.\d+)?\s?(MB|GB|MiB|GiB)$/i.test(value) ? value : undefined);
const oneOf =
  <Choice extends string>(...choices: Choice[]): Reader<Choice> =>
  (value) =>
    choices.find((choice) => choice === value);

/**
 * Every setting of the server: one table, from which flags, environment variables, arcos.toml and
 * docs/reference/settings.md follow. A flag wins over `ARCOS_NAME`, that over arcos.toml, that over the default.
 */
export const SETTINGS = {
  state: setting({
    name: 'state',
    default: '.arcos',
    read: text,
    values: 'a folder',
    doc: 'The folder that everything of an embedded Arcos lives under.',
  }),
  city: setting({
    name: 'city',
    default: '',
    read: (value) => value,
    values: 'a folder',
    doc: 'The folder with the arcos.toml that says who there is in the city.',
  }),
  host: setting({
    name: 'host',
    default: '127.0.0.1',
    read: text,
    values: 'an address',
    doc: 'The address to listen on.',
  }),
  port: setting({
    name: 'port',
    default: 8484,
    read: port,
    values: '0 to 65535',
    doc: 'The TCP port of everything: API, console and portal. 0 takes a free one.',
  }),
  grpcPort: setting({
    name: 'grpc-port',
    default: '' as number | '',
    read: port,
    values: '0 to 65535',
    doc: 'The TCP port of BigQuery’s Storage Read API, which is there only with it. 0 takes a free one.',
  }),
  tlsCert: setting({
    name: 'tls-cert',
    default: '',
    read: (value) => value,
    values: 'a PEM file',
    doc: 'The certificate, with those between it and its authority; with it Arcos speaks HTTPS.',
  }),
  tlsKey: setting({
    name: 'tls-key',
    default: '',
    read: (value) => value,
    values: 'a PEM file',
    doc: 'The key of the certificate.',
  }),
  trustProxy: setting({
    name: 'trust-proxy',
    default: '',
    read: (value) => value,
    values: 'addresses with commas between',
    doc: 'Proxies whose X-Forwarded headers say who calls, and by which address and protocol.',
  }),
  rateLimit: setting({
    name: 'rate-limit',
    default: 2_000,
    read: whole,
    values: 'a number',
    doc: 'Requests a second that one caller may make, twice as many at once; agents and runs are not counted.',
  }),
  oidcIssuer: setting({
    name: 'oidc-issuer',
    default: '',
    read: (value) => value,
    values: 'an address',
    doc: 'The OpenID Connect provider that people may log in by.',
  }),
  oidcClientId: setting({
    name: 'oidc-client-id',
    default: '',
    read: (value) => value,
    values: 'a text',
    doc: 'What Arcos is called there.',
  }),
  oidcSecretFile: setting({
    name: 'oidc-secret-file',
    default: '',
    read: (value) => value,
    values: 'a file',
    doc: 'The file with the secret that Arcos has there; without it, it is a public client.',
  }),
  encryptionKeyFile: setting({
    name: 'encryption-key-file',
    default: '',
    read: (value) => value,
    values: 'a file',
    doc: 'The file with the key that secrets are encrypted with; without one, Arcos makes its own in the state folder.',
  }),
  encryptionKms: setting({
    name: 'encryption-kms',
    default: '',
    read: (value) => value,
    values: 'a program',
    doc: 'A program that encrypts and decrypts the keys of secrets, in place of that file.',
  }),
  databaseUrl: setting({
    name: 'database-url',
    default: '',
    read: (value) => value,
    values: 'a postgres:// URI',
    doc: 'A PostgreSQL of your own; without it Arcos runs one inside the state folder.',
  }),
  databaseOwnerUrl: setting({
    name: 'database-owner-url',
    default: '',
    read: (value) => value,
    values: 'a postgres:// URI',
    doc: 'The same database by the role that owns the tables, so that the role of database-url cannot change the audit log.',
  }),
  databaseConnections: setting({
    name: 'database-connections',
    default: 10,
    read: whole,
    values: 'a number',
    doc: 'Connections to PostgreSQL that the server keeps at the most, besides those of engines.',
  }),
  lake: setting({
    name: 'lake',
    default: '',
    read: (value) => value,
    values: 's3://bucket/prefix or gs://bucket/prefix',
    doc: 'Where the contents of objects are; without it in the state folder.',
  }),
  publicUrl: setting({
    name: 'public-url',
    default: '',
    read: (value) => value,
    values: 'an address',
    doc: 'Where people reach Arcos, for the links in messages.',
  }),
  smtpUrl: setting({
    name: 'smtp-url',
    default: '',
    read: (value) => value,
    values: 'an smtp:// or smtps:// URI',
    doc: 'The mail server that notifications go by, with user and password where it asks for them.',
  }),
  smtpFrom: setting({
    name: 'smtp-from',
    default: 'arcos@localhost',
    read: text,
    values: 'an e-mail address',
    doc: 'Whom notifications by e-mail are from.',
  }),
  notifyAllow: setting({
    name: 'notify-allow',
    default: '',
    read: (value) => value,
    values: 'addresses and networks with commas between',
    doc: 'Private addresses that notifications may be sent to; no others are.',
  }),
  keepRuns: setting({
    name: 'keep-runs',
    default: '',
    read: (value) => (readRunRetention(value) === undefined ? undefined : value),
    values: 'such as Completed=90d,Failed=365d',
    doc: 'How long runs are kept after their end, by the state they ended in; others stay.',
  }),
  keepLogs: setting({
    name: 'keep-logs',
    default: '',
    read: (value) => (value === '' || readLogRetention(value) !== undefined ? value : undefined),
    values: 'such as 30d',
    doc: 'How long after a run its log is in the database; then it is an object of the lake.',
  }),
  otlpUrl: setting({
    name: 'otlp-url',
    default: '',
    read: (value) => value,
    values: 'an address',
    doc: 'Where OpenTelemetry takes traces over HTTP, without /v1/traces: each attempt of a run is told there.',
  }),
  openlineageUrl: setting({
    name: 'openlineage-url',
    default: '',
    read: (value) => value,
    values: 'an address',
    doc: 'Where OpenLineage takes events, such as http://marquez:5000/api/v1/lineage.',
  }),
  engineMemory: setting({
    name: 'engine-memory',
    default: '1GB',
    read: memory,
    values: 'such as 512MB',
    doc: 'Memory that the queries of one agency may take before they spill to disk.',
  }),
  engineThreads: setting({
    name: 'engine-threads',
    default: 2,
    read: whole,
    values: 'a number',
    doc: 'Threads that the queries of one agency may use.',
  }),
  engineQueries: setting({
    name: 'engine-queries',
    default: 8,
    read: whole,
    values: 'a number',
    doc: 'Queries of one agency that run at once; the others wait in line.',
  }),
  engineSeconds: setting({
    name: 'engine-seconds',
    default: 21_600,
    read: whole,
    values: 'a number',
    doc: 'How long a query may run, in seconds.',
  }),
  login: setting({
    name: 'login',
    default: 'key' as 'key' | 'loopback',
    read: oneOf('key', 'loopback'),
    values: 'key, loopback',
    doc: 'How people enter the console: with a key, or, on a machine of one’s own, anyone on it without.',
  }),
  logLevel: setting({
    name: 'log-level',
    default: 'info' as 'debug' | 'info' | 'warn' | 'error',
    read: oneOf('debug', 'info', 'warn', 'error'),
    values: 'debug, info, warn, error',
    doc: 'How much the server writes to its log.',
  }),
};

export type Settings = { readonly [Name in keyof typeof SETTINGS]: (typeof SETTINGS)[Name]['default'] };

export interface SettingSources {
  /** By name without `--`. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder whose arcos.toml is read, where there is one. */
  readonly folder: string;
}

/** The settings from all sources. Throws CONFIG with every fault at once. */
export function readSettings({ flags, environment, folder }: SettingSources): Settings {
  const faults: Fault[] = [];
  const file = join(folder, 'arcos.toml');
  const fromFile = readFile(file, faults);
  const values = Object.entries(SETTINGS).map(([member, definition]): [string, unknown] => {
    const { name, read, values: allowed } = definition as Setting<unknown>;
    const variable = `ARCOS_${name.replaceAll('-', '_').toUpperCase()}`;
    const sources = [
      { value: flags[name], from: `--${name}` },
      { value: environment[variable], from: variable },
      { value: fromFile[name.replaceAll('-', '_')], from: file },
    ];
    const found = sources.find(({ value }) => value !== undefined);
    if (found?.value === undefined) return [member, definition.default];
    const value = read(found.value);
    if (value === undefined) {
      faults.push(fault('config/value', `${found.from}: "${found.value}" is no value for ${name}`, `Use ${allowed}.`));
    }
    return [member, value];
  });
  if (faults.length > 0) {
    throw new ArcosError('CONFIG', `The settings cannot be used:\n${faults.map(formatFault).join('\n')}`);
  }
  return Object.fromEntries(values) as Settings;
}

/** Members of the `[server]` table, as text. */
function readFile(file: string, faults: Fault[]): Readonly<Record<string, string | undefined>> {
  if (!existsSync(file)) return {};
  try {
    const { server = {} } = parseToml(readFileSync(file, 'utf8')) as { server?: Record<string, unknown> };
    const names = Object.values(SETTINGS).map(({ name }) => name.replaceAll('-', '_'));
    for (const name of Object.keys(server)) {
      if (names.includes(name)) continue;
      const near = nearest(name, names);
      faults.push(
        fault(
          'config/unknown',
          `${file}: there is no setting "${name}"`,
          near === undefined ? undefined : `Did you mean "${near}"?`,
        ),
      );
    }
    return Object.fromEntries(Object.entries(server).map(([name, value]) => [name, String(value)]));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    faults.push({
      code: 'config/syntax',
      severity: 'error',
      message: error.message.split('\n')[0] ?? '',
      file,
      line: error.line,
      column: error.column,
    });
    return {};
  }
}

function fault(code: string, message: string, hint?: string): Fault {
  return { code, severity: 'error', message, ...(hint === undefined ? {} : { hint }) };
}

/** Settings that paths are in, as absolute paths. */
export function resolvePaths(settings: Settings): Settings {
  return { ...settings, state: resolve(settings.state), city: settings.city === '' ? '' : resolve(settings.city) };
}
