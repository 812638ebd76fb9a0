import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { ArcosError } from '../base/errors.ts';
import { ask } from './ask.ts';
import { asking, path } from './tell.ts';

export function secretCommand(program: Command): void {
  const secret = program.command('secret').description('Secrets of a namespace, which only its runs can read.');
  asking(
    secret,
    'set <namespace> <name>',
    'Makes one, or gives it another value: what comes on standard input, without the last line end.',
    async (client, [namespace, name]) =>
      client.json(path('namespaces', namespace, 'secrets', name), { method: 'PUT', json: { value: await value() } }),
  );
  asking(secret, 'list <namespace>', 'Names, when they were set and by whom.', (client, [namespace]) =>
    client.json(path('namespaces', namespace, 'secrets')),
  );
  asking(secret, 'delete <namespace> <name>', 'Removes it.', (client, [namespace, name]) =>
    client.json(path('namespaces', namespace, 'secrets', name), { method: 'DELETE' }),
  );
  asking(secret, 'rotate', 'Brings all secrets under the newest encryption key.', async (client) => {
    const { rotated } = await client.json<{ rotated: number }>('/api/secrets/rotate', { method: 'POST', json: {} });
    return `${rotated} brought under the newest key`;
  });
}

/** Never an argument: those stand in the shell's history, and everyone on the machine sees them. */
async function value(): Promise<string> {
  const given =
    process.stdin.isTTY === true ? await ask('Value: ', true) : (await text(process.stdin)).replace(/\r?\n$/, '');
  if (given === '') throw new ArcosError('INVALID', 'There is no value on standard input');
  return given;
}
