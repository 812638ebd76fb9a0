import { setTimeout as pause } from 'node:timers/promises';
import { ArcosError } from '../base/errors.ts';
import { sha256 } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import type { QueryResult, TableInfo, WarehouseClient } from '../warehouse/port.ts';
import type { Invocation } from './invocation.ts';
import type { RelationName } from './node.ts';

const PAGE = 10_000;
const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 100;

/** One node's way to the warehouse during one command. */
export class Session {
  readonly #warehouse: WarehouseClient;
  readonly #invocation: Invocation;
  readonly #nodeId: string;
  readonly #log: Log;
  readonly #signal: AbortSignal;
  /** What was sent, in order. */
  readonly statements: string[] = [];
  #refusal: unknown;
  /** The answer to the last statement. */
  last: QueryResult | undefined;

  constructor(options: {
    warehouse: WarehouseClient;
    invocation: Invocation;
    nodeId: string;
    log: Log;
    signal: AbortSignal;
  }) {
    this.#warehouse = options.warehouse;
    this.#invocation = options.invocation;
    this.#nodeId = options.nodeId;
    this.#log = options.log;
    this.#signal = options.signal;
  }

  /**
   * Runs a statement. Its job's id follows from the command, the node and the statement's place, so that one sent
   * again after a lost answer is not executed twice. `rows`: read this many of the answer, all unless told.
   */
  async query(sql: string, rows = Number.POSITIVE_INFINITY): Promise<QueryResult> {
    this.#signal.throwIfAborted();
    const { id, target } = this.#invocation;
    this.statements.push(sql);
    const jobId = `dbt_${id.replaceAll('-', '')}_${sha256(`${this.#nodeId}\n${this.statements.length}\n${sql}`).slice(0, 24)}`;
    this.#log.debug(`On ${this.#nodeId}: ${sql}`);
    const started = performance.now();
    const request = {
      sql,
      project: target.project,
      dataset: target.dataset,
      jobId,
      labels: { dbt_invocation_id: id },
      signal: this.#signal,
      ...(Number.isFinite(rows) ? { maxRows: rows } : {}),
    };
    const result = await retried(() => this.#warehouse.query(request), this.#signal).catch((error: unknown) => {
      this.#refusal = error;
      throw error;
    });
    this.#log.debug(`SQL status: OK in ${((performance.now() - started) / 1000).toFixed(2)} seconds`);
    this.last = result;
    const wanted = Math.min(rows, result.totalRows);
    const all = [...result.rows];
    while (all.length < wanted) {
      const page = await this.#warehouse.rows(result.jobId, all.length, Math.min(PAGE, wanted - all.length));
      if (page.length === 0) break;
      all.push(...page);
    }
    return { ...result, rows: all };
  }

  /** Whether the command was ended. */
  get stopped(): boolean {
    return this.#signal.aborted;
  }

  warn(message: string): void {
    this.#log.warn(message);
  }

  /** Whether an error, or what a template made of it, is what the warehouse said to a statement. */
  refused(error: unknown): boolean {
    if (this.#refusal === undefined) return false;
    return error === this.#refusal || (error instanceof Error && error.cause === this.#refusal);
  }

  table({ database, schema, identifier }: RelationName): Promise<TableInfo | undefined> {
    return this.#warehouse.table({ project: database, dataset: schema, table: identifier });
  }

  async tables(database: string, schema: string): Promise<readonly TableInfo[]> {
    return this.#warehouse.tables(database, schema);
  }

  async drop({ database, schema, identifier }: RelationName): Promise<void> {
    await this.#warehouse.deleteTable({ project: database, dataset: schema, table: identifier });
  }

  async ensureDataset(database: string, schema: string): Promise<void> {
    await this.#warehouse.ensureDataset(database, schema);
  }
}

/** A warehouse that is away for a moment is asked again; the statement's job id keeps it from being done twice. */
async function retried<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ArcosError) || !error.retryable || attempt === ATTEMPTS) throw error;
      await pause(FIRST_PAUSE_MS * 2 ** attempt, undefined, { signal });
    }
  }
}
