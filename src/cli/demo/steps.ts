export interface Step {
  readonly name: string;
  /** What came of it, for people. */
  readonly result: string;
  readonly seconds: number;
}

/** What a command does, told as it happens with the time each step took. */
export interface Steps {
  /** Does the step, and tells it when it is done. */
  step<Result>(name: string, work: () => Promise<Result>): Promise<Result>;
  /** Tells what was done since the last step. */
  done(name: string, result?: string): void;
  all(): readonly Step[];
  /** Since the first. */
  seconds(): number;
}

export function createSteps(write: (line: string) => void): Steps {
  const began = performance.now();
  const steps: Step[] = [];
  let last = began;

  const tell = (name: string, result: string) => {
    const now = performance.now();
    const seconds = round((now - last) / 1000);
    last = now;
    steps.push({ name: name.trim(), result, seconds });
    write(`${seconds.toFixed(2).padStart(7)} s  ${name}${result === '' ? '' : ` (${result})`}`);
  };

  return {
    async step(name, work) {
      const result = await work();
      tell(name, typeof result === 'string' ? result : '');
      return result;
    },
    done: (name, result = '') => tell(name, result),
    all: () => steps,
    seconds: () => round((performance.now() - began) / 1000),
  };
}

function round(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
