import type { NotificationEvent } from '../views.ts';
import type { Channel } from './rules.ts';

/** A run as messages tell of it. */
export interface ToldRun {
  readonly id: string;
  readonly name: string;
  readonly flow: string;
  readonly state: string;
  readonly message?: string;
  readonly attempt: number;
  readonly scheduledFor: string;
  readonly owners: readonly string[];
}

/** What is told at once: everything that one rule has to say of one kind of event. */
export interface News {
  /** The same again is the same news: whoever hears it twice can tell. */
  readonly id: string;
  readonly namespace: string;
  readonly rule: string;
  readonly event: NotificationEvent | 'test';
  readonly runs: readonly ToldRun[];
  /** Origin of the console, where it is known. */
  readonly origin?: string | undefined;
}

export interface HttpMessage {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface MailMessage {
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly messageId: string;
}

/** More are counted, not named. */
const MOST_RUNS = 20;
const DISCORD_MOST = 2_000;
const TELEGRAM_MOST = 4_096;
const TELEGRAM = 'https://api.telegram.org';

/** What the channel's service is sent over HTTP. `telegram`: origin of its API. */
export function httpMessage(
  channel: Exclude<Channel, { kind: 'email' }>,
  news: News,
  telegram: string = TELEGRAM,
): HttpMessage {
  const text = textOf(news);
  const post = (url: string, body: object): HttpMessage => ({
    url,
    headers: { 'content-type': 'application/json', 'idempotency-key': news.id },
    body: JSON.stringify(body),
  });
  switch (channel.kind) {
    case 'webhook': {
      const { id, namespace, rule, event, runs } = news;
      const told = runs.map((run) => ({ ...run, ...linkOf(news, run) }));
      return post(channel.url, { id, namespace, rule, event, text, runs: told });
    }
    case 'discord': {
      // Nobody is called but owners that are written as `<@id>`: a flow's message must not be able to.
      const users = runsOwners(news).flatMap((owner) => /^<@(\d+)>$/.exec(owner)?.[1] ?? []);
      return post(channel.url, { content: shorten(text, DISCORD_MOST), allowed_mentions: { parse: [], users } });
    }
    case 'slack':
      return post(channel.url, { text: escapeSlack(text) });
    case 'telegram':
      return post(`${telegram}/bot${channel.token}/sendMessage`, {
        chat_id: channel.chat,
        text: shorten(text, TELEGRAM_MOST),
        link_preview_options: { is_disabled: true },
      });
  }
}

export function mailMessage(to: readonly string[], news: News): MailMessage {
  const owners = runsOwners(news).filter(
    (owner) => owner.includes('@') && !owner.startsWith('@') && !owner.startsWith('<'),
  );
  return {
    to: [...new Set(to.flatMap((address) => (address === 'owners' ? owners : [address])))],
    subject: subjectOf(news),
    text: textOf(news),
    messageId: `<${news.id}@arcos>`,
  };
}

const SAID: Readonly<Record<News['event'], [one: string, many: string]>> = {
  failed: ['failed', 'runs failed'],
  crashed: ['crashed', 'runs crashed'],
  cancelled: ['was cancelled', 'runs were cancelled'],
  completed: ['is completed', 'runs are completed'],
  late: ['is late: it was due and has not begun', 'runs are late: they were due and have not begun'],
  stuck: ['is stuck: it has begun and does not end', 'runs are stuck: they have begun and do not end'],
  test: ['', ''],
};

function subjectOf({ namespace, event, runs, rule }: News): string {
  const [first] = runs;
  const [one, many] = SAID[event];
  if (first === undefined) return `[Arcos] ${namespace}: a test of the notification rule "${rule}"`;
  return `[Arcos] ${namespace}: ${runs.length === 1 ? `${first.flow} ${one}` : `${runs.length} ${many}`}`;
}

function textOf(news: News): string {
  const { runs } = news;
  const lines = runs.slice(0, MOST_RUNS).map((run) => {
    const owners = run.owners.length === 0 ? '' : ` (${run.owners.join(', ')})`;
    const why = run.message === undefined ? '' : `: ${shorten(run.message, 500)}`;
    const { url } = linkOf(news, run);
    return `${run.flow} ${run.name}${owners}, due ${run.scheduledFor}${why}${url === undefined ? '' : `\n${url}`}`;
  });
  const more = runs.length > MOST_RUNS ? [`and ${runs.length - MOST_RUNS} more`] : [];
  return [subjectOf(news), ...lines, ...more].join('\n');
}

function linkOf({ origin }: News, { id }: ToldRun): { url?: string } {
  return origin === undefined ? {} : { url: `${origin}/console/runs/${id}` };
}

function runsOwners({ runs }: News): string[] {
  return [...new Set(runs.flatMap(({ owners }) => owners))];
}

/** https://docs.slack.dev/messaging/formatting-message-text: `&`, `<` and `>` are its own. */
function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
