import type { QuickJSContext, QuickJSHandle, QuickJSSyncVariant, QuickJSWASMModule } from 'quickjs-emscripten-core';
import type { JavaScriptFunction } from '../../../sql/routine.ts';

/** Of one function: its heap. */
const MEMORY_BYTES = 64 * 1024 * 1024;
const STACK_BYTES = 512 * 1024;
/** One call may take that long, so that a loop without end is an error and not a hung engine. */
const CALL_MS = 2_000;

export type TextFunction = (json: string) => string | null;

let loading: Promise<QuickJSWASMModule> | undefined;

/** The interpreter is loaded by the first function: most engines never need it. */
function interpreter(): Promise<QuickJSWASMModule> {
  loading ??= (async () => {
    const { newQuickJSWASMModuleFromVariant } = await import('quickjs-emscripten-core');
    const { default: variant } = await import('@jitl/quickjs-wasmfile-release-sync');
    // The package's types are those of its CommonJS twin, which wraps the default once more.
    return newQuickJSWASMModuleFromVariant(variant as unknown as QuickJSSyncVariant);
  })();
  return loading;
}

/**
 * A user's function in an interpreter of its own, compiled to WebAssembly: it reaches no file, network or
 * object of this process, whatever it tries. (node:vm is no such wall.)
 */
export async function javaScriptEvaluator({ source }: JavaScriptFunction): Promise<TextFunction> {
  const runtime = (await interpreter()).newRuntime();
  runtime.setMemoryLimit(MEMORY_BYTES);
  runtime.setMaxStackSize(STACK_BYTES);
  let deadline = Number.POSITIVE_INFINITY;
  runtime.setInterruptHandler(() => Date.now() > deadline);
  const context = runtime.newContext();
  const callee = unwrap(context, context.evalCode(`(${source})`));
  /** What the function did not come to an end with: a plan asks for the same value several times. */
  let endless: { readonly json: string; readonly error: unknown } | undefined;
  return (json) => {
    if (endless?.json === json) throw endless.error;
    deadline = Date.now() + CALL_MS;
    const argument = context.newString(json);
    try {
      const value = unwrap(context, context.callFunction(callee, context.undefined, argument));
      const text = context.typeof(value) === 'string' ? context.getString(value) : null;
      value.dispose();
      return text;
    } catch (error) {
      if (Date.now() > deadline) endless = { json, error };
      throw error;
    } finally {
      argument.dispose();
    }
  };
}

type Outcome = ReturnType<QuickJSContext['evalCode']>;

function unwrap(context: QuickJSContext, outcome: Outcome): QuickJSHandle {
  if (outcome.error === undefined) return outcome.value;
  const thrown: unknown = context.dump(outcome.error);
  outcome.error.dispose();
  const { name = 'Error', message = String(thrown) } = (thrown ?? {}) as { name?: string; message?: string };
  throw new Error(`${name}: ${message} in a JavaScript function`);
}
