import type { Callable, Scope, Value } from './runtime/value.ts';
import { bind } from './template/bind.ts';
import { Compiled } from './template/compiled.ts';
import { Deferred } from './template/deferred.ts';
import type { MacroDefinition, RenderOptions, Template } from './template/template.ts';

export { JinjaError } from './error.ts';
export { dateOf, datetimeAt, PYTHON_MODULES } from './modules/modules.ts';
export { toPython, toText } from './runtime/text.ts';
export {
  type Callable,
  callable,
  Float,
  HostObject,
  isUndefined,
  type Keywords,
  type Positional,
  type Protocol,
  type Scope,
  Tuple,
  undefinedNamed,
  type Value,
} from './runtime/value.ts';
export { type LiteralCall, type StaticPart, staticParts } from './static.ts';
export type { BlockDefinition, MacroDefinition, RenderOptions, Template } from './template/template.ts';

/** Throws JinjaError. */
export function parseTemplate(text: string, file: string): Template {
  return Compiled.parse(text, file);
}

/** As `parseTemplate`, for a text that is known to be right: it is parsed when it is first rendered. */
export function parseTemplateLater(text: string, file: string): Template {
  return new Deferred(text, file);
}

/** For scopes whose functions all answer at once; a promise is a fault. Throws JinjaError. */
export function renderSync(template: Template, scope: Scope, options: RenderOptions = {}): string {
  return compiledOf(template).renderSync(scope, options.chainUndefined === true);
}

/** Promises of host functions are awaited, in the order of the text. Throws JinjaError. */
export function render(template: Template, scope: Scope, options: RenderOptions = {}): Promise<string> {
  return compiledOf(template).render(scope, options.chainUndefined === true);
}

/** As `render`, but a template that is one `{{ expression }}` gives the expression's value. */
export function renderNative(template: Template, scope: Scope, options: RenderOptions = {}): Promise<Value> {
  return compiledOf(template).renderNative(scope, options.chainUndefined === true);
}

/** As `renderSync`, but a template that is one `{{ expression }}` gives the expression's value. */
export function renderNativeSync(template: Template, scope: Scope, options: RenderOptions = {}): Value {
  return compiledOf(template).renderNativeSync(scope, options.chainUndefined === true);
}

/** The macro as a value for a scope. Names its body does not define are looked up in `scope` at each call. */
export function bindMacroSync(macro: MacroDefinition, scope: Scope, options: RenderOptions = {}): Callable {
  return bind(macro, scope, false, options.chainUndefined === true);
}

/** As `bindMacroSync`; its calls answer with promises. */
export function bindMacro(macro: MacroDefinition, scope: Scope, options: RenderOptions = {}): Callable {
  return bind(macro, scope, true, options.chainUndefined === true);
}

/** The value of one expression. Throws JinjaError. */
export function evaluate(text: string, file: string, scope: Scope): Promise<Value> {
  return Compiled.expression(text, file).renderNative(scope, false);
}

/** As `evaluate`, for scopes whose functions all answer at once. */
export function evaluateSync(text: string, file: string, scope: Scope): Value {
  return Compiled.expression(text, file).renderNativeSync(scope, false);
}

function compiledOf(template: Template): Compiled {
  return template instanceof Deferred ? template.parsed : Compiled.of(template);
}
