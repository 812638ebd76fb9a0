/** Resolves at the first Ctrl-C or SIGTERM. A second one ends the process at once: someone is in a hurry. */
export function stopAsked(): Promise<void> {
  return new Promise((done) => {
    let asked = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(130);
        asked = true;
        done();
      });
    }
  });
}
