import { parseTemplate, parseTemplateLater, type StaticPart, staticParts, type Template } from '../jinja/jinja.ts';

/** A template and, where it decides nothing, its parts: those can be read without rendering. */
export interface KnownTemplate {
  readonly template: Template;
  readonly parts: readonly StaticPart[] | undefined;
}

/**
 * Parsed templates by file, kept from one reading of a project to the next: only files that changed are parsed
 * again. What a template is does not depend on variables or target.
 */
export class Templates {
  readonly #known = new Map<string, KnownTemplate & { readonly text: string }>();

  /** Throws JinjaError. */
  parse(packageName: string, file: string, text: string, part = ''): KnownTemplate {
    const key = `${packageName}/${file}#${part}`;
    const known = this.#known.get(key);
    if (known !== undefined && known.text === text) return known;
    const parts = staticParts(text);
    const template = parts === undefined ? parseTemplate(text, file) : parseTemplateLater(text, file);
    const read = { text, template, parts };
    this.#known.set(key, read);
    return read;
  }
}
