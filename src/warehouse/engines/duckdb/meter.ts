/** Says how much of a process's work each of its tasks had: what passes while several run is theirs in equal parts. */
export class Meter {
  readonly #tasks = new Map<number, number>();
  #last = process.cpuUsage();

  begin(task: number): void {
    this.#share();
    this.#tasks.set(task, 0);
  }

  /** Milliseconds of a processor since the task began. */
  end(task: number): number {
    this.#share();
    const micros = this.#tasks.get(task) ?? 0;
    this.#tasks.delete(task);
    return Math.round(micros / 1000);
  }

  #share(): void {
    const { user, system } = process.cpuUsage(this.#last);
    this.#last = process.cpuUsage();
    const part = (user + system) / this.#tasks.size;
    for (const [task, micros] of this.#tasks) this.#tasks.set(task, micros + part);
  }
}
