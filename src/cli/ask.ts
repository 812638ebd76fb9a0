import { createInterface } from 'node:readline/promises';
import { ArcosError } from '../base/errors.ts';

/** A line from the terminal, or from what is piped in. A secret one is not shown. */
export async function ask(question: string, secret: boolean): Promise<string> {
  const terminal = process.stdin.isTTY === true;
  process.stderr.write(question);
  const lines = createInterface({
    input: process.stdin,
    // Readline shows what is typed by writing it to its output.
    ...(terminal && !secret ? { output: process.stderr } : {}),
    terminal,
  });
  try {
    for await (const line of lines) {
      if (secret) process.stderr.write('\n');
      return line;
    }
  } finally {
    lines.close();
  }
  throw new ArcosError('INVALID', 'Nothing was typed in');
}
