import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { NumberedEvent } from '../follow.ts';

/**
 * Answers with server-sent events (HTML standard, section 9.2). Each has the number of the run's event
 * as its id, so that a browser that lost the connection goes on where it was.
 */
export function streamEvents(reply: FastifyReply, batches: AsyncIterable<readonly NumberedEvent[]>): FastifyReply {
  return reply
    .header('content-type', 'text/event-stream')
    .header('cache-control', 'no-store')
    .header('x-accel-buffering', 'no')
    .send(Readable.from(encode(batches)));
}

async function* encode(batches: AsyncIterable<readonly NumberedEvent[]>): AsyncGenerator<string> {
  for await (const batch of batches) {
    // A comment, so that nothing in between takes the connection for dead.
    yield batch.length === 0 ? ':\n\n' : batch.map(encodeEvent).join('');
  }
}

/** Of several events with one number only the last carries it: who has it has them all. */
function encodeEvent({ id, event }: NumberedEvent, index: number, batch: readonly NumberedEvent[]): string {
  const last = batch[index + 1]?.id !== id;
  return `${last ? `id: ${id}\n` : ''}data: ${JSON.stringify(event)}\n\n`;
}
