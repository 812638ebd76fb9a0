import { ArcosError } from '../../base/errors.ts';
import type { Fault } from '../../base/fault.ts';
import { JinjaError } from '../../jinja/jinja.ts';
import { layersOfTree, type NodeConfig } from '../config.ts';
import type { ParsingContext } from '../context/parsing.ts';
import { renderYaml } from '../context/yaml.ts';
import type { Node, RelationName } from '../node.ts';
import type { ProjectPackage } from '../project.ts';
import type { KnownTemplate, Templates } from '../templates.ts';
import { mapOf, type YamlMap } from '../yaml.ts';

export interface PackageContext {
  readonly pack: ProjectPackage;
  readonly context: ParsingContext;
  /** dbt_project.yml, rendered. */
  readonly settings: YamlMap;
}

/** What all the resolvers share: templates, settings, faults. */
export class Resolver {
  readonly faults: Fault[] = [];
  readonly #templates: Templates;
  #root: PackageContext | undefined;

  constructor(templates: Templates) {
    this.#templates = templates;
  }

  set root(root: PackageContext) {
    this.#root = root;
  }

  /** Undefined, and a fault, for a template that cannot be parsed. `part`: the name of one that is part of a file. */
  parse(packageName: string, file: string, text: string, part?: string): KnownTemplate | undefined {
    return this.attempt(file, () => this.#templates.parse(packageName, file, text, part));
  }

  /** What `work` answers; undefined, and a fault at `file`, when it throws what a template can cause. */
  attempt<Result>(file: string, work: () => Result): Result | undefined {
    try {
      return work();
    } catch (error) {
      this.faults.push(faultOf(error, file));
      return undefined;
    }
  }

  /** What every level says of a node: the package's tree, the root's, its schema file, its own words. */
  layers(
    from: PackageContext,
    tree: readonly string[],
    fqn: readonly string[],
    own: readonly YamlMap[],
  ): readonly YamlMap[] {
    const settings =
      this.#root === undefined || this.#root === from ? [from.settings] : [from.settings, this.#root.settings];
    return [...settings.flatMap((layer) => tree.flatMap((key) => layersOfTree(layer[key], fqn))), ...own];
  }

  /** Where a node's table goes: the answers of the project's naming macros. */
  relation(from: PackageContext, config: NodeConfig, name: string, node: () => Node, file: string): RelationName {
    const naming = (this.#root ?? from).context;
    const answer = this.attempt(file, () => {
      const [database, schema, alias] = naming.names([config['database'], config['schema'], config['alias']], node);
      return { database: database ?? '', schema: schema ?? '', identifier: alias ?? name };
    });
    return answer ?? { database: '', schema: '', identifier: name };
  }

  rendered(from: PackageContext, value: unknown, file: string): YamlMap {
    return mapOf(this.attempt(file, () => renderYaml(value, from.context.scope, file)));
  }
}

export function faultOf(error: unknown, file: string): Fault {
  if (error instanceof JinjaError) {
    const through = error.macros.map((macro) => `in ${macro}`);
    const hint = [error.fault.hint, ...through].filter((line) => line !== undefined).join('\n  ');
    return { ...error.fault, ...(hint === '' ? {} : { hint }) };
  }
  if (error instanceof ArcosError) {
    return {
      code: 'models/compilation',
      severity: 'error',
      message: error.message,
      file,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    };
  }
  throw error;
}
