import { parseSync } from 'vite';

export interface ImportOf {
  /** What it names: `./lex.ts`, `node:fs`, `zod`. */
  readonly specifier: string;
  /** 1-based. */
  readonly line: number;
}

export interface ModuleShape {
  /** Imports, exports from elsewhere, `import()` of a literal, and imports inside types. */
  readonly imports: readonly ImportOf[];
  readonly defaultExports: readonly { readonly line: number }[];
}

/** What a module's text says of its neighbours, by a real parser: comments and strings do not count. */
export function readModule(path: string, text: string): ModuleShape {
  const { module, program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new SyntaxError(`${path}: ${errors[0]?.message}`);
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length;
  const imports: ImportOf[] = [];
  const add = (specifier: string | undefined, start: number) => {
    if (specifier !== undefined) imports.push({ specifier, line: lineAt(start) });
  };
  for (const { moduleRequest } of module.staticImports) add(moduleRequest.value, moduleRequest.start);
  for (const { moduleRequest } of module.dynamicImports) {
    const literal = /^(['"`])([^'"`$]*)\1$/.exec(text.slice(moduleRequest.start, moduleRequest.end));
    add(literal?.[2], moduleRequest.start);
  }
  const exported = module.staticExports.flatMap(({ entries }) => entries);
  for (const { moduleRequest } of exported) if (moduleRequest !== null) add(moduleRequest.value, moduleRequest.start);
  for (const { specifier, start } of typeImports(program)) add(specifier, start);
  const named = (name: string | null) => name === 'default';
  const defaultExports = exported
    .filter(({ exportName }) => exportName.kind === 'Default' || named(exportName.name))
    .map(({ start }) => ({ line: lineAt(start) }));
  return { imports, defaultExports };
}

/** `import('./a.ts').A` in a type, anywhere below a node. */
function typeImports(node: unknown): { specifier: string; start: number }[] {
  if (typeof node !== 'object' || node === null) return [];
  if (Array.isArray(node)) return node.flatMap(typeImports);
  const { type, source, start } = node as { type?: string; source?: { value?: unknown }; start?: number };
  const own = type === 'TSImportType' ? [{ specifier: String(source?.value), start: start ?? 0 }] : [];
  return [...own, ...Object.values(node).flatMap(typeImports)];
}
