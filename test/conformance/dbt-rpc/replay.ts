import { setTimeout as pause } from 'node:timers/promises';
import type { Json } from '../../../src/base/json.ts';
import type { Exchange, Request } from './cases.ts';
import { differences } from './compare.ts';
import type { World } from './world.ts';

export interface Replayed {
  /** `3 poll` */
  readonly name: string;
  /** Empty where the answer has the recorded shape. */
  readonly differences: readonly string[];
}

/** The recording's slow query is DuckDB's; this one takes as long in GoogleSQL. */
const SLOW = 'select count(*) from range(3000000000) a, range(10) b';
const OUR_SLOW =
  'SELECT COUNTIF(MOD(a * b, 7) = 3) FROM UNNEST(GENERATE_ARRAY(1, 300000)) a, UNNEST(GENERATE_ARRAY(1, 300000)) b';

type Answer = Readonly<Record<string, Json>>;

/** Asks our server everything that dbt-rpc was asked, in order, with our tokens for the recorded ones. */
export async function* replay(exchanges: readonly Exchange[], world: World): AsyncGenerator<Replayed> {
  const tokens = new Map<Json, Json>();
  let release = () => {};
  for (const [index, exchange] of exchanges.entries()) {
    const { req, resp } = exchange;
    const next = exchanges[index + 1];
    if (next !== undefined && stateOf(next.resp) === 'running') release = world.hold();
    const request = typeof req === 'string' ? req : translated(req, tokens);
    const answer = await settled(request, stateOf(resp), world);
    if (stateOf(resp) === 'running') release();
    const token = (value: Json) => (memberOf(memberOf(value, 'result'), 'request_token') ?? null) as Json;
    if (token(resp) !== null) tokens.set(token(resp), token(answer.body));
    const found = differences(withTokens(resp, tokens), answer.body);
    // A task that needs no warehouse may have ended before it could be asked for: then as it was recorded to end.
    const early =
      found.length > 0 && stateOf(resp) === 'running' && next !== undefined
        ? differences(withTokens(next.resp, tokens), answer.body)
        : found;
    const status = answer.status === exchange.status ? [] : [`HTTP ${answer.status}, recorded ${exchange.status}`];
    const name = `${index} ${typeof req === 'string' ? req : req.method}`;
    yield { name, differences: [...status, ...(early.length === 0 ? early : found)] };
  }
}

/** The answer; of a poll that was recorded at its end, the one at the end. */
async function settled(request: string | object, recorded: Json | undefined, world: World) {
  for (;;) {
    const answer = await world.send(request);
    if (recorded === 'running' || stateOf(answer.body) !== 'running') return answer;
    await pause(20);
  }
}

function translated(request: Request, tokens: ReadonlyMap<Json, Json>): object {
  const params = Object.fromEntries(
    Object.entries(request.params).map(([name, value]) => {
      if (name === 'sql' && typeof value === 'string' && Buffer.from(value, 'base64').toString() === SLOW) {
        return [name, Buffer.from(OUR_SLOW).toString('base64')];
      }
      return [name, tokens.get(value) ?? value];
    }),
  );
  return { ...request, params };
}

/** Error messages name tokens. */
function withTokens(value: Json, tokens: ReadonlyMap<Json, Json>): Json {
  const text = JSON.stringify(value);
  return JSON.parse(
    [...tokens].reduce((all, [theirs, ours]) => all.replaceAll(String(theirs), String(ours)), text),
  ) as Json;
}

function stateOf(answer: Json): Json | undefined {
  return memberOf(memberOf(answer, 'result'), 'state');
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Answer)[name] : undefined;
}
