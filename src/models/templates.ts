import { parseTemplate, type Template } from '../jinja/jinja.ts';

/**
 * Parsed templates by file, kept from one reading of a project to the next: only files that changed are parsed
 * again. What a template is does not depend on variables or target.
 */
export class Templates {
  readonly #known = new Map<string, { readonly text: string; readonly template: Template }>();

  /** Throws JinjaError. */
  parse(packageName: string, file: string, text: string, part = ''): Template {
    const key = `${packageName}/${file}#${part}`;
    const known = this.#known.get(key);
    if (known !== undefined && known.text === text) return known.template;
    const template = parseTemplate(text, file);
    this.#known.set(key, { text, template });
    return template;
  }
}
