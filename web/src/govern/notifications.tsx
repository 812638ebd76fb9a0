import { path } from '../api.ts';
import { useVoice } from '../language.tsx';
import { type Entered, Manage } from '../manage/Manage.tsx';

interface Rule {
  readonly namespace: string;
  readonly name: string;
  readonly events: readonly string[];
  readonly flow?: string;
  readonly channel: { readonly kind: string; readonly target: string };
}

const EVENTS = ['failed', 'crashed', 'late', 'stuck', 'cancelled', 'completed'] as const;

/** A channel as the API takes it; a Telegram chat is written `TOKEN CHAT`. */
export function channelOf(kind: string, to: string): object {
  const parts = to.split(/[\s,]+/).filter((part) => part !== '');
  if (kind === 'email') return { kind, to: parts };
  if (kind === 'telegram') return { kind, token: parts[0] ?? '', chat: parts[1] ?? '' };
  return { kind, url: to.trim() };
}

/** Who is told when runs fail, are late or are stuck. */
export function Notifications() {
  const { words } = useVoice();
  const address = ({ namespace, name }: Pick<Rule, 'namespace' | 'name'>) =>
    path`/api/namespaces/${namespace}/notifications/${name}`;
  return (
    <Manage<Rule>
      title={words.notifications}
      list="/api/notifications"
      keyOf={({ namespace, name }) => `${namespace} ${name}`}
      columns={[
        [words.name, ({ name }) => name],
        [words.namespace, ({ namespace }) => namespace],
        [words.events, ({ events }) => events.join(', ')],
        [words.flow, ({ flow }) => flow ?? words.all],
        [words.channel, ({ channel }) => `${channel.kind}: ${channel.target}`],
      ]}
      fields={[
        { name: 'namespace', label: words.namespace },
        { name: 'name', label: words.name },
        { name: 'event', label: words.events, choices: EVENTS, initial: 'failed' },
        { name: 'flow', label: words.flow, required: false },
        {
          name: 'kind',
          label: words.kind,
          choices: ['webhook', 'discord', 'slack', 'telegram', 'email'],
          initial: 'email',
        },
        { name: 'to', label: words.channel },
      ]}
      create={({ namespace = '', name = '', event = '', flow = '', kind = '', to = '' }: Entered) => ({
        method: 'PUT',
        path: address({ namespace, name }),
        json: { events: [event], ...(flow === '' ? {} : { flow }), channel: channelOf(kind, to) },
      })}
      actions={[
        { label: words.test, command: (rule) => ({ method: 'POST', path: `${address(rule)}/test`, json: {} }) },
        { label: words.remove, final: true, command: (rule) => ({ method: 'DELETE', path: address(rule) }) },
      ]}
    />
  );
}
