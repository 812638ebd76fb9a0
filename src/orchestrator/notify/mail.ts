import { ArcosError } from '../../base/errors.ts';
import type { MailMessage } from './message.ts';

export interface MailOptions {
  /** `smtp://user:password@host:587`, or `smtps://` for a port that begins with TLS. */
  readonly url: string;
  readonly from: string;
}

const ANSWER_MS = 15_000;

/** Throws UNAVAILABLE where it may go right later, INVALID where the mail server refuses it for good. */
export async function sendMail({ url, from }: MailOptions, { to, ...message }: MailMessage): Promise<void> {
  if (to.length === 0)
    throw new ArcosError('INVALID', 'There is nobody to write to: the flow names no owner with an address');
  // Only here: most servers send none.
  const { createTransport } = await import('nodemailer');
  const address = new URL(url);
  for (const name of ['connectionTimeout', 'greetingTimeout', 'socketTimeout']) {
    address.searchParams.set(name, String(ANSWER_MS));
  }
  const transport = createTransport(address.href);
  try {
    await transport.sendMail({ ...message, from, to: [...to], disableFileAccess: true, disableUrlAccess: true });
  } catch (cause) {
    const { responseCode = 0, message: said } = cause as Error & { readonly responseCode?: number };
    // RFC 5321 section 4.2.1: 5yz is for good.
    throw new ArcosError(responseCode >= 500 ? 'INVALID' : 'UNAVAILABLE', `The mail server: ${said}`, { cause });
  } finally {
    transport.close();
  }
}
