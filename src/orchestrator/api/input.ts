import { z } from 'zod';
import { ArcosError } from '../../base/errors.ts';
import type { Json, JsonObject } from '../../base/json.ts';
import type { FlowDescription } from '../../flow/describe.ts';
import type { RunEvent } from '../../flow/events.ts';
import type { Schedule } from '../../flow/schedule.ts';
import type { ReportBatch } from '../../flow/spool.ts';
import type { NotificationRule } from '../notify/rules.ts';
import type { ClaimRequest, HeartbeatRequest, Registration } from '../protocol.ts';
import { LOG_LEVELS } from '../view/log.ts';
import type { StateName } from '../views.ts';

const name = z.string().min(1).max(200);
const time = z.iso.datetime();
const count = z.number().int().nonnegative();
const json = z.record(z.string(), z.json()) as z.ZodType<JsonObject>;
/** What is absent may not be there as undefined either. */
const optional = z.exactOptional;

const TASK_STATES = [
  'Pending',
  'Running',
  'Retrying',
  'Completed',
  'Reused',
  'Failed',
  'Skipped',
  'TriggerFailed',
  'Cancelled',
] as const;
const STATES = [
  'Scheduled',
  'Pending',
  'Running',
  'Completed',
  'Failed',
  'Crashed',
  'Cancelling',
  'Cancelled',
] as const satisfies readonly StateName[];

/** With an offset, or by some clock. */
const anyTime = z.iso.datetime({ offset: true, local: true });
const scheduleOptions = {
  parameters: optional(json),
  labels: optional(z.array(name)),
  catchUp: optional(z.enum(['one', 'all', 'none'])),
};
const schedule: z.ZodType<Schedule> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('cron'), expression: z.string(), timeZone: z.string(), ...scheduleOptions }),
  z.strictObject({
    kind: z.literal('interval'),
    ms: z.number().positive(),
    from: anyTime,
    timeZone: optional(z.string()),
    ...scheduleOptions,
  }),
  z.strictObject({
    kind: z.literal('rrule'),
    rule: z.string(),
    from: anyTime,
    timeZone: z.string(),
    ...scheduleOptions,
  }),
  z.strictObject({ kind: z.literal('once'), at: time, ...scheduleOptions }),
]);

const flow: z.ZodType<FlowDescription> = z.strictObject({
  name,
  description: optional(z.string()),
  parameters: json,
  labels: z.array(name),
  schedules: z.array(schedule),
  concurrency: optional(z.number().int().positive()),
  retries: count,
  retryDelayMs: count,
  backoff: z.number().positive(),
  collision: optional(z.enum(['enqueue', 'cancel_new', 'replace'])),
  tags: optional(z.array(name)),
  owners: optional(z.array(name)),
});

export const registration: z.ZodType<Registration> = z.strictObject({
  namespace: name,
  flow,
  bundle: z.strictObject({ bucket: name, name: z.string().min(1), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  gitCommit: optional(z.string()),
  deployment: z.strictObject({ name, parameters: json, crashRetries: optional(count) }),
});

export const startRequest = z
  .strictObject({ parameters: json, idempotencyKey: z.string().min(1).max(500) })
  .partial()
  .default({});

export const runQuery = z.object({
  state: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(STATES)))
    .optional(),
  flow: z.string().optional(),
  namespace: z.string().optional(),
  before: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(500).optional(),
});

export const logQuery = z.object({
  after: z.coerce.number().int().nonnegative().optional(),
  level: z.enum(LOG_LEVELS).optional(),
  limit: z.coerce.number().int().min(1).max(10_000).optional(),
  search: z.string().min(1).max(200).optional(),
});

export const logSearch = z.object({
  search: z.string().min(1).max(200),
  flow: name.optional(),
  namespace: name.optional(),
  level: z.enum(LOG_LEVELS).optional(),
  hours: z.coerce
    .number()
    .positive()
    .max(24 * 90)
    .default(24),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

export const retainRequest = z.strictObject({ dryRun: z.boolean().default(false) }).default({ dryRun: false });

export const eventId = z.coerce.number().int().nonnegative();

const agent = { namespace: name, name, labels: z.array(name) };

export const claimRequest: z.ZodType<ClaimRequest> = z.strictObject({
  ...agent,
  slots: z.number().int().positive(),
  waitMs: z.number().int().nonnegative().max(60_000),
});

export const heartbeatRequest: z.ZodType<HeartbeatRequest> = z.strictObject({
  ...agent,
  fresh: optional(z.boolean()),
  runs: z.array(z.strictObject({ run: z.uuid(), fence: count })),
});

const event: z.ZodType<RunEvent> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('state'),
    state: z.enum(['Running', 'Completed', 'Failed', 'Cancelled', 'Crashed', 'Scheduled']),
    message: optional(z.string()),
    at: time,
  }),
  z.strictObject({
    kind: z.literal('task'),
    key: z.string().min(1),
    state: z.enum(TASK_STATES),
    message: optional(z.string()),
    tries: count,
    upstream: z.array(z.string()),
    tags: z.array(z.string()),
    startedAt: optional(time),
    endedAt: optional(time),
    inputHash: optional(z.string()),
    result: optional(z.string()),
    at: time,
  }),
  z.strictObject({
    kind: z.literal('log'),
    level: z.enum(LOG_LEVELS),
    message: z.string(),
    task: optional(z.string()),
    at: time,
  }),
  z.strictObject({
    kind: z.literal('artifact'),
    key: z.string().min(1),
    artifact: z.enum(['table', 'markdown', 'link', 'map', 'image']),
    task: optional(z.string()),
    data: z.string(),
    at: time,
  }),
]);

export const reportBatch: z.ZodType<ReportBatch> = z.strictObject({
  fence: count,
  source: z.enum(['run', 'agent']),
  first: z.number().int().positive(),
  events: z.array(event),
  late: optional(z.boolean()),
});

export const pauseRequest = z.strictObject({ active: z.boolean() });

export const backfillRequest = z.strictObject({
  from: z.coerce.date(),
  until: z.coerce.date(),
  parameters: json.optional(),
  concurrency: z.number().int().positive().optional(),
  /** Only to say which runs there would be. */
  preview: z.boolean().optional(),
});

export const limitRoute = z.object({ scope: z.enum(['tag', 'namespace', 'agency']), name });
export const limitRequest = z.strictObject({ most: count });

export const countQuery = z.object({
  hours: z.coerce
    .number()
    .positive()
    .max(24 * 366)
    .default(24),
});

export const ruleRoute = z.object({
  namespace: name,
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,61}$/, 'must be small letters, digits and dashes'),
});
const httpUrl = z.url({ protocol: /^https?$/ }).max(2_000);
const mailbox = z.union([z.literal('owners'), z.email()]);
export const notificationRule: z.ZodType<NotificationRule> = z.strictObject({
  events: z.array(z.enum(['failed', 'crashed', 'cancelled', 'completed', 'late', 'stuck'])).min(1),
  flow: name.optional(),
  lateMinutes: z.number().int().positive().max(525_600).optional(),
  stuckMinutes: z.number().int().positive().max(525_600).optional(),
  channel: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.enum(['webhook', 'discord', 'slack']), url: httpUrl }),
    z.strictObject({
      kind: z.literal('telegram'),
      token: z.string().regex(/^\d+:[\w-]+$/, 'must be as BotFather gives it'),
      chat: z.string().regex(/^(-?\d+|@\w+)$/, 'must be a number, or @name of a channel'),
    }),
    z.strictObject({ kind: z.literal('email'), to: z.array(mailbox).min(1).max(50) }),
  ]),
});
export const deliveryQuery = z.object({ limit: z.coerce.number().int().min(1).max(500).default(100) });

export const childRequest = z.strictObject({
  flow: name,
  parameters: json.optional(),
  key: z.string().min(1).max(300),
});

export const valueRequest = z.strictObject({ value: z.json() as z.ZodType<Json>, revision: count.optional() });

/** Throws INVALID that names the members which are wrong. */
export function read<Value>(schema: z.ZodType<Value>, value: unknown): Value {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const said = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the request'}: ${message}`);
  throw new ArcosError('INVALID', said.join('; '));
}
