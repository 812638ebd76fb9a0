import type { Macro, Materialization } from '../node.ts';
import type { ProjectPackage } from '../project.ts';
import type { Resolver } from './resolver.ts';

export interface Macros {
  readonly macros: readonly Macro[];
  readonly materializations: readonly Materialization[];
  /** Texts of `{% docs name %}` blocks by name. */
  readonly docs: ReadonlyMap<string, string>;
}

/** Everything a package defines for others: macros, generic tests, materialisations, docs blocks. */
export function resolveMacros(pack: ProjectPackage, resolver: Resolver): Macros {
  const macros: Macro[] = [];
  const materializations: Materialization[] = [];
  const docs = new Map<string, string>();
  for (const { kind, file, text } of pack.files) {
    const defines = kind === 'macro' || (kind === 'docs' && /\{%-?\s*docs\s/.test(text));
    if (!defines) continue;
    const template = resolver.parse(pack.name, file, text)?.template;
    const begins = [...(template?.macros ?? []), ...(template?.blocks ?? []).map(({ macro }) => macro)]
      .map(({ line }) => line)
      .sort((a, b) => a - b);
    const lines = text.split('\n');
    const add = (name: string, definition: Macro['definition']) => {
      const end = begins.find((line) => line > definition.line);
      const source = lines
        .slice(definition.line - 1, end === undefined ? undefined : end - 1)
        .join('\n')
        .trim();
      macros.push({ uniqueId: `macro.${pack.name}.${name}`, name, packageName: pack.name, definition, text: source });
    };
    for (const macro of template?.macros ?? []) add(macro.name, macro);
    for (const block of template?.blocks ?? []) {
      if (block.kind === 'test' || block.kind === 'data_test') add(`test_${block.name}`, block.macro);
      else if (block.kind === 'docs') docs.set(block.name, block.text.trim());
      else if (block.kind === 'materialization') {
        const adapter = String(block.arguments['adapter'] ?? 'default');
        materializations.push({ name: block.name, packageName: pack.name, adapter, block });
      }
    }
  }
  return { macros, materializations, docs };
}
