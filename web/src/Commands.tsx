import { Copy } from './Copy.tsx';
import { useVoice } from './language.tsx';

/** Something that one can also do without the console. */
export interface Command {
  /** As it is typed; undefined where no command does it. */
  readonly cli?: string;
  readonly method?: string;
  /** Of the API. */
  readonly path: string;
  readonly json?: unknown;
}

/** The same by command line and by API, ready to be copied. */
export function Commands({ commands }: { commands: readonly Command[] }) {
  const { words } = useVoice();
  const lines = commands.flatMap((command) => [...(command.cli === undefined ? [] : [command.cli]), curl(command)]);
  return (
    <details className="commands">
      <summary>{words.commands}</summary>
      {lines.map((line) => (
        <div key={line} className="copyable">
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
          <pre tabIndex={0}>{line}</pre>
          <Copy text={line} />
        </div>
      ))}
    </details>
  );
}

/** Quoted for a POSIX shell. */
export function curl({ method = 'GET', path, json }: Command): string {
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const parts = [
    'curl -s',
    ...(method === 'GET' ? [] : [`-X ${method}`]),
    quoted(`${location.origin}${path}`),
    '-H "Authorization: Bearer $ARCOS_KEY"',
    ...(json === undefined ? [] : [`-H 'Content-Type: application/json' -d ${quoted(JSON.stringify(json))}`]),
  ];
  return parts.join(' ');
}
