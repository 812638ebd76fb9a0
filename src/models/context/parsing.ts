import { ArcosError } from '../../base/errors.ts';
import { silentLog } from '../../base/log.ts';
import {
  bindMacroSync,
  type Callable,
  callable,
  HostObject,
  isUndefined,
  renderSync,
  type StaticPart,
  type Template,
  toText,
  type Value,
} from '../../jinja/jinja.ts';
import { lateNodeJson } from '../artifacts/nodejson.ts';
import type { Invocation } from '../invocation.ts';
import type { Node, RefCall, RelationName } from '../node.ts';
import { isMap, type YamlMap } from '../yaml.ts';
import { testArgumentsSync } from './arguments.ts';
import { baseScope, varFunction } from './base.ts';
import { BUILTIN, type MacroTable } from './macros.ts';
import { textOfParts } from './parts.ts';
import { createRelation, relationOf } from './relation.ts';

/** What a template asked for while it was read. */
export interface Captured {
  readonly sql: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly refs: readonly RefCall[];
  readonly sources: readonly (readonly [source: string, table: string])[];
}

export interface ParsingOptions {
  readonly invocation: Invocation;
  readonly project: string;
  readonly packageName: string;
  readonly macros: MacroTable;
  /** The layers of `vars:` for the package, the strongest first. */
  readonly vars: readonly Readonly<Record<string, unknown>>[];
}

const UNDEFINED = { chainUndefined: true };

const NAMING = ['generate_database_name', 'generate_schema_name', 'generate_alias_name'] as const;

/**
 * The scope of one package while its files are read: nothing is executed, and what templates name is written
 * down. One scope serves all files, one after the other, so that macros are bound once.
 */
export class ParsingContext {
  readonly #scope: Record<string, Value>;
  readonly #options: ParsingOptions;
  readonly #naming = new Map<string, Callable>();
  readonly #names = new Map<string, string | null>();
  #config: Record<string, unknown> = {};
  #refs: RefCall[] = [];
  #sources: (readonly [string, string])[] = [];
  /** Stands for every table, whose names are not known yet. */
  #self: Value = null;

  constructor(options: ParsingOptions) {
    const { invocation, project, packageName, macros, vars } = options;
    this.#options = options;
    this.#scope = baseScope({ invocation, project, log: silentLog });
    const ref = callable('ref', (positional, keywords) => {
      this.#refs.push(refCall(positional, keywords));
      return this.#self;
    });
    const source = callable('source', ([name, table]) => {
      if (typeof name !== 'string' || typeof table !== 'string') {
        throw new ArcosError('INVALID', "source() takes the source's name and the table's: source('dados', 'bairro')");
      }
      this.#sources.push([name, table]);
      return this.#self;
    });
    const variable = varFunction({ cli: invocation.vars, layers: vars, place: packageName, lenient: true });
    const config = this.#configFunction();
    Object.assign(this.#scope, {
      execute: false,
      ref,
      source,
      var: variable,
      config,
      builtins: { ref, source, config, var: variable },
      model: {},
      graph: { nodes: {}, sources: {} },
      selected_resources: [],
      schema: invocation.target.dataset,
      database: invocation.target.project,
      api: new HostObject('Api', {
        Relation: new HostObject('RelationType', {
          create: callable('create', (_, keywords) => createRelation(keywords)),
        }),
        Column: new HostObject('ColumnType', {}),
      }),
      is_incremental: callable('is_incremental', () => false),
      should_full_refresh: callable('should_full_refresh', () => false),
      should_store_failures: callable('should_store_failures', () => invocation.storeFailures),
      run_query: callable('run_query', () => undefined),
      statement: callable('statement', () => ''),
      load_result: callable('load_result', () => undefined),
      store_result: callable('store_result', () => ''),
      store_raw_result: callable('store_raw_result', () => ''),
      write: callable('write', () => ''),
      doc: callable('doc', () => ''),
    });
    let dispatch: (name: string, namespace?: string) => Callable | undefined = () => undefined;
    this.#scope['adapter'] = parsingAdapter((name, namespace) => dispatch(name, namespace));
    dispatch = macros.bindInto(this.#scope, packageName, (macro, scope) => bindMacroSync(macro, scope, UNDEFINED));
  }

  /** Renders a node's template. Throws JinjaError. */
  read(template: Template, self: RelationName, model: Value): Captured {
    const sql = this.#begin(self, model, () => renderSync(template, this.#scope, UNDEFINED));
    return { sql, config: this.#config, refs: this.#refs, sources: this.#sources };
  }

  /** As `read`, of a template that decides nothing; undefined when it has to be rendered. */
  readParts(parts: readonly StaticPart[], self: RelationName): Captured | undefined {
    const sql = this.#begin(self, {}, () => textOfParts(parts, this.#scope));
    return sql === undefined ? undefined : { sql, config: this.#config, refs: this.#refs, sources: this.#sources };
  }

  /** Calls the macro of a generic test. Throws JinjaError, and NOT_FOUND for a macro there is not. */
  readTest(
    test: { name: string; namespace: string | null; arguments: YamlMap; file: string },
    self: RelationName,
  ): Captured {
    const sql = this.#begin(self, {}, () => {
      const call = this.#macro(`test_${test.name}`, test.namespace);
      if (call === undefined) throw new ArcosError('NOT_FOUND', `There is no generic test "${test.name}"`);
      const keywords = testArgumentsSync(test.arguments, this.#scope, test.file);
      return toText(call([], isMap(keywords) ? keywords : {}));
    });
    return { sql, config: this.#config, refs: this.#refs, sources: this.#sources };
  }

  /** What the project's macros make of a node's own database, schema and alias; null for nothing. */
  names(own: readonly [unknown, unknown, unknown], node: () => Node): readonly (string | null)[] {
    let isRead = false;
    const value = lateNodeJson(node, () => {
      isRead = true;
    });
    return NAMING.map((macro, index) => {
      const custom = own[index] ?? null;
      // A name that was made without a look at the node is the name of all with the same words.
      const key = typeof custom === 'object' && custom !== null ? undefined : `${macro} ${typeof custom} ${custom}`;
      const known = key === undefined ? undefined : this.#names.get(key);
      if (known !== undefined) return known;
      isRead = false;
      const answer = this.#name(macro, custom, value);
      if (!isRead && key !== undefined) this.#names.set(key, answer);
      return answer;
    });
  }

  #name(macro: string, custom: Value, node: Value): string | null {
    let call = this.#naming.get(macro);
    if (call === undefined) {
      const { macros, project } = this.#options;
      const found = macros.of(project, macro) ?? macros.of(BUILTIN, macro);
      if (found === undefined) return null;
      call = bindMacroSync(found.definition, this.#scope);
      this.#naming.set(macro, call);
    }
    const answer = call([custom, node], {});
    return isUndefined(answer) || answer === null ? null : toText(answer).trim();
  }

  /** For values of YAML files. */
  get scope(): Readonly<Record<string, Value>> {
    return this.#scope;
  }

  #begin<Result>(self: RelationName, model: Value, work: () => Result): Result {
    this.#config = {};
    this.#refs = [];
    this.#sources = [];
    this.#self = relationOf(self);
    this.#scope['this'] = this.#self;
    this.#scope['model'] = model;
    return work();
  }

  #macro(name: string, namespace: string | null): Callable | undefined {
    const { macros, packageName } = this.#options;
    const found = namespace === null ? macros.find(name, packageName) : macros.of(namespace, name);
    return found === undefined ? undefined : bindMacroSync(found.definition, this.#scope, UNDEFINED);
  }

  #configFunction(): Value {
    return callable(
      'config',
      ([map], keywords) => {
        const written = { ...(isMap(map) ? map : {}), ...keywords };
        for (const hook of ['pre-hook', 'post-hook', 'pre_hook', 'post_hook']) {
          if (hook in written && hook in this.#config) {
            written[hook] = [this.#config[hook], written[hook]].flat();
          }
        }
        Object.assign(this.#config, written);
        return '';
      },
      {
        get: callable('get', ([key, otherwise]) => this.#config[String(key)] ?? otherwise ?? ''),
        require: callable('require', ([key]) => this.#config[String(key)] ?? ''),
        set: callable('set', ([key, value]) => {
          this.#config[String(key)] = value;
          return '';
        }),
        persist_relation_docs: callable('persist_relation_docs', () => false),
        persist_column_docs: callable('persist_column_docs', () => false),
      },
    );
  }
}

export function refCall(positional: readonly Value[], keywords: Readonly<Record<string, Value>>): RefCall {
  const [first, second] = positional;
  if (typeof first !== 'string' || (second !== undefined && typeof second !== 'string')) {
    throw new ArcosError('INVALID', "ref() takes a model's name, after its project's where needed: ref('bairro')");
  }
  const version = keywords['version'] ?? keywords['v'];
  return {
    package: second === undefined ? null : first,
    name: second ?? first,
    version: typeof version === 'string' || typeof version === 'number' ? version : null,
  };
}

/** Answers nothing about the warehouse, which is not asked while a project is read. */
function parsingAdapter(dispatch: (name: string, namespace?: string) => Callable | undefined): HostObject {
  const silent = [
    ...['get_relation', 'load_relation', 'execute', 'create_schema', 'drop_schema', 'drop_relation', 'rename_relation'],
    ...['truncate_relation', 'check_schema_exists', 'expand_target_column_types', 'commit', 'add_query'],
  ];
  const lists = ['get_columns_in_relation', 'get_missing_columns', 'list_relations', 'list_schemas'];
  return new HostObject('Adapter', {
    ...Object.fromEntries(silent.map((name) => [name, callable(name, () => null)])),
    ...Object.fromEntries(lists.map((name) => [name, callable(name, () => [])])),
    dispatch: dispatchFunction(dispatch),
    type: callable('type', () => 'bigquery'),
    quote: callable('quote', ([name]) => `\`${String(name)}\``),
    quote_as_configured: callable('quote_as_configured', ([name]) => `\`${String(name)}\``),
  });
}

export function dispatchFunction(dispatch: (name: string, namespace?: string) => Callable | undefined): Value {
  return callable('dispatch', ([name, second], { macro_name, macro_namespace }) => {
    const wanted = String(name ?? macro_name);
    const namespace = second ?? macro_namespace;
    const found = dispatch(wanted, typeof namespace === 'string' ? namespace : undefined);
    if (found === undefined) {
      throw new ArcosError('INVALID', `No macro implements "${wanted}" for BigQuery`, {
        hint: `Write a macro called bigquery__${wanted} or default__${wanted}.`,
      });
    }
    return found;
  });
}
