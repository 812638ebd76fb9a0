const WIDTH = 30;
const MB = 1e6;

export interface ProgressBar {
  /** Bytes done, of all. */
  show(done: number, total: number): void;
  clear(): void;
}

/** One line that fills up, on a terminal; nothing where the output goes elsewhere. */
export function progressBar(output: NodeJS.WriteStream): ProgressBar {
  let shown = '';
  return {
    show(done, total) {
      if (!output.isTTY) return;
      const part = total === 0 ? 1 : done / total;
      const filled = Math.round(part * WIDTH);
      const line = `[${'█'.repeat(filled)}${'·'.repeat(WIDTH - filled)}] ${Math.floor(part * 100)} %  ${(done / MB).toFixed(1)} of ${(total / MB).toFixed(1)} MB`;
      if (line !== shown) output.write(`\r${line}`);
      shown = line;
    },
    clear() {
      if (shown !== '') output.write('\r\x1b[K');
      shown = '';
    },
  };
}
