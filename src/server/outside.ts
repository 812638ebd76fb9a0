import type { Audit } from '../access/audit.ts';
import type { Secrets } from '../access/secrets.ts';
import type { TouchedTables } from '../orchestrator/emit/attempt.ts';
import type { EmitOptions } from '../orchestrator/emit/emitter.ts';
import type { NotifyOptions } from '../orchestrator/notify/deliver.ts';
import { type RetentionPolicy, readLogRetention, readRunRetention } from '../orchestrator/retention/policy.ts';
import type { Settings } from './config.ts';

/** What notifications are sent with. */
export function readNotify(
  { publicUrl, smtpUrl, smtpFrom, notifyAllow }: Settings,
  secrets: Secrets,
): { readonly notify: NotifyOptions } {
  return {
    notify: {
      secrets,
      allowed: notifyAllow.split(',').filter((address) => address !== ''),
      ...(publicUrl === '' ? {} : { origin: publicUrl.replace(/\/+$/, '') }),
      ...(smtpUrl === '' ? {} : { mail: { url: smtpUrl, from: smtpFrom } }),
    },
  };
}

/** For how long what is kept. */
export function readRetention({ keepRuns, keepLogs }: Settings): { readonly retention: RetentionPolicy } {
  return { retention: { runs: readRunRetention(keepRuns) ?? {}, logsMs: readLogRetention(keepLogs) } };
}

/** Which systems outside are told how runs go. */
export function readEmit({ otlpUrl, openlineageUrl }: Settings, audit: Audit): { readonly emit: EmitOptions } {
  return {
    emit: {
      ...(otlpUrl === '' ? {} : { otlpUrl }),
      ...(openlineageUrl === '' ? {} : { openLineageUrl: openlineageUrl }),
      tablesOf: (principal, since) => tablesOf(audit, principal, since),
    },
  };
}

async function tablesOf(audit: Audit, name: string, since: Date): Promise<TouchedTables> {
  const read = new Set<string>();
  const written = new Set<string>();
  for await (const { detail } of audit.read({ name, since })) {
    for (const table of detail.reads ?? []) read.add(table);
    for (const table of detail.writes ?? []) written.add(table);
  }
  return { read: [...read], written: [...written] };
}
