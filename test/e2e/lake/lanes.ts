import { setTimeout as sleep } from 'node:timers/promises';

/** Something that a lane asked for: rows, or an object, with numbers that nothing else has. */
export interface Asked {
  readonly table: 'carga' | 'comando' | 'fluxo' | 'objetos';
  readonly numbers: readonly number[];
  /** What the server said of it; nothing, when no answer came. */
  outcome?: 'done' | 'failed';
}

const ROWS = 20;
const POLL_MS = 50;

export interface Lanes {
  readonly asked: readonly Asked[];
  /** Ends when each has come to the end of what it is at, or given it up. */
  stop(): Promise<void>;
}

/**
 * Four clients that upload objects, load files, insert by statements and by `insertAll`, each for ever, of a server that
 * may be away at any moment. What got no answer is asked again, in every second case: with the same id, so that it
 * happens once.
 */
export function startLanes(origin: string, key: string): Lanes {
  const asked: Asked[] = [];
  const stopping = new AbortController();
  let next = 1;

  async function call(method: string, path: string, body?: unknown, type = 'application/json'): Promise<Answer> {
    const response = await fetch(origin + path, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': type }) },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: stopping.signal,
    });
    const text = await response.text();
    // A server that is being stopped or started answers too.
    if (response.status >= 500) throw new TypeError(`status ${response.status}: ${text}`);
    return { status: response.status, json: text.startsWith('{') ? JSON.parse(text) : undefined };
  }

  const upload = (name: string, content: string) =>
    call(
      'POST',
      `/upload/storage/v1/b/cidade/o?uploadType=media&name=${encodeURIComponent(name)}`,
      content,
      'text/csv',
    );

  async function job(id: string, configuration: object): Promise<boolean> {
    const path = '/bigquery/v2/projects/cidade/jobs';
    await call('POST', path, { jobReference: { projectId: 'cidade', jobId: id }, configuration });
    for (;;) {
      const { status, json } = await call('GET', `${path}/${id}`);
      if (status === 404) throw new TypeError('the job is not there yet');
      const { state, errorResult } = (json?.['status'] ?? {}) as { state?: string; errorResult?: unknown };
      if (state === 'DONE') return errorResult === undefined;
      await sleep(POLL_MS);
    }
  }

  const WAYS: Record<Asked['table'], (numbers: readonly number[]) => Promise<boolean>> = {
    async objetos([number = 0]) {
      return (await upload(`objetos/${number}`, contentOf(number))).status === 200;
    },
    async carga(numbers) {
      const [first] = numbers;
      await upload(`carga/${first}.csv`, numbers.map((number) => `${number},x\n`).join(''));
      return job(`load-${first}`, {
        load: {
          sourceUris: [`gs://cidade/carga/${first}.csv`],
          destinationTable: { projectId: 'cidade', datasetId: 'd', tableId: 'carga' },
          writeDisposition: 'WRITE_APPEND',
        },
      });
    },
    comando: (numbers) =>
      job(`insert-${numbers[0]}`, {
        query: {
          query: `INSERT INTO d.comando VALUES ${numbers.map((number) => `(${number}, 'x')`).join(', ')}`,
          useLegacySql: false,
        },
      }),
    async fluxo(numbers) {
      const rows = numbers.map((number) => ({ insertId: `row-${number}`, json: { id: number, nota: 'x' } }));
      const { status, json } = await call('POST', '/bigquery/v2/projects/cidade/datasets/d/tables/fluxo/insertAll', {
        rows,
      });
      return status === 200 && json?.['insertErrors'] === undefined;
    },
  };

  async function lane(table: Asked['table']): Promise<void> {
    for (let time = 0; !stopping.signal.aborted; time++) {
      const numbers = Array.from({ length: table === 'objetos' ? 1 : ROWS }, () => next++);
      const one: Asked = { table, numbers };
      asked.push(one);
      do {
        try {
          one.outcome = (await WAYS[table](numbers)) ? 'done' : 'failed';
        } catch {
          await sleep(POLL_MS);
        }
      } while (one.outcome === undefined && time % 2 === 0 && !stopping.signal.aborted);
    }
  }

  const lanes = Promise.all((Object.keys(WAYS) as Asked['table'][]).map(lane));
  return {
    asked,
    async stop() {
      stopping.abort();
      await lanes;
    },
  };
}

interface Answer {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

/** Of an object, up to some 200 kB. */
export function contentOf(number: number): string {
  return `${number}\n`.repeat(1 + ((number * 7919) % 40_000));
}
