import { setPriority } from 'node:os';

/** How long an engine may work at a stretch before others' go first. */
const LONG_MS = 1_000;
const BEHIND = 10;

/**
 * Puts an engine that has been busy for long behind the others for the processor, until it has nothing to do: one
 * agency's long query takes what is left, and another's short ones do not wait for it. Where a process may not come
 * back to the front (without CAP_SYS_NICE) all stay as they are.
 */
export class Priority {
  readonly #pid: number;
  readonly #able: boolean;
  #timer: NodeJS.Timeout | undefined;
  #behind = false;

  constructor(pid: number) {
    this.#pid = pid;
    this.#able = this.#set(1) && this.#set(0);
  }

  busy(): void {
    if (!this.#able || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#behind = this.#set(BEHIND);
    }, LONG_MS).unref();
  }

  idle(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#behind) this.#behind = !this.#set(0);
  }

  #set(priority: number): boolean {
    try {
      setPriority(this.#pid, priority);
      return true;
    } catch {
      // It has ended, or may not.
      return false;
    }
  }
}
