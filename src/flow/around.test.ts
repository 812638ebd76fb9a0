import { expect, test } from 'vitest';
import { artifact } from './artifact.ts';
import type { RunEvent } from './events.ts';
import { flow } from './flow.ts';
import { runLocally } from './local.ts';
import { task } from './task.ts';

/** What a flow tells when it is run by itself. */
async function run(made: Parameters<typeof runLocally>[0]): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  await runLocally(made, {}, { reporter: (event) => events.push(event) }).catch(() => undefined);
  return events;
}

test('hooks hear every state, are waited for, and change nothing when they throw', async () => {
  const heard: string[] = [];
  const unlucky = task(
    {
      name: 'unlucky',
      retries: 1,
      onState: ({ key, state, tries }) => {
        heard.push(`${key} ${state} ${tries}`);
        throw new Error('this hook is broken');
      },
    },
    () => {
      throw new Error('no luck');
    },
  );
  const onState = async ({ state, message }: { state: string; message?: string }) => {
    await new Promise((done) => setTimeout(done, 20));
    heard.push(`run ${state} ${message ?? ''}`);
  };
  const events = await run(flow({ name: 'f', onState }, () => unlucky()));
  expect(heard).toEqual(
    expect.arrayContaining([
      'unlucky Running 1',
      'unlucky Retrying 1',
      'unlucky Running 2',
      'unlucky Failed 2',
      'run Running ',
    ]),
  );
  expect(heard.at(-1)).toBe('run Failed Task "unlucky" failed: no luck');
  expect(events.at(-1)).toMatchObject({ kind: 'state', state: 'Failed' });
  expect(events.filter((event) => event.kind === 'log' && event.message.includes('broken'))).toHaveLength(4);
});

test('a result is good for other runs as long as its cache says, and for what its key says', async () => {
  let calls = 0;
  const read = task(
    { name: 'read', cache: { expiry: '1h', key: (day: { day: string; at: number }) => day.day } },
    ({ day }) => {
      calls++;
      return { day, calls };
    },
  );
  const brief = task({ name: 'brief', cache: { expiry: '0ms' } }, (_day: string) => ++calls);
  const first = flow({ name: 'c' }, async () => [await read({ day: 'a', at: 1 }), await brief('a')]);
  await run(first);
  const again = await run(
    flow({ name: 'c' }, async () => [
      await read({ day: 'a', at: 2 }),
      await read({ day: 'b', at: 2 }),
      await brief('a'),
    ]),
  );
  const ends = again.flatMap((event) => (event.kind === 'task' && event.endedAt !== undefined ? [event.state] : []));
  expect(ends).toEqual(['Reused', 'Completed', 'Completed']);
  expect(calls).toBe(4);
  // Another flow's task of that name is another.
  await run(flow({ name: 'd' }, async () => read({ day: 'a', at: 1 })));
  expect(calls).toBe(5);
});

test('maps are GeoJSON, and images what their bytes say', async () => {
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  const point = { type: 'Point', coordinates: [-43.2, -22.9] };
  const events = await run(
    flow({ name: 'f' }, async () => {
      artifact.map('onde', point, { title: 'Rio' });
      artifact.image('figura', png, { alt: 'um ponto' });
      expect(() => artifact.map('x', { type: 'Ponto' })).toThrow('is not GeoJSON');
      expect(() => artifact.image('x', Buffer.from('<html>'))).toThrow('none of PNG');
    }),
  );
  const kept = events.flatMap((event) => (event.kind === 'artifact' ? [[event.artifact, JSON.parse(event.data)]] : []));
  expect(kept).toMatchObject([
    ['map', { geojson: point, title: 'Rio' }],
    ['image', { contentType: 'image/png', alt: 'um ponto' }],
  ]);
});
