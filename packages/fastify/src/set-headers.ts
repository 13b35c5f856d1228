import type { FastifyReply } from 'fastify';
import type { AnyReply } from './fastify-types.ts';

/** Sets headers unless the response has started. */
export function setHeaders(reply: AnyReply, headers: Readonly<Record<string, string>> = {}): void {
  const names = Object.keys(headers);
  if (names.length === 0 || reply.sent || reply.raw.headersSent) return;
  for (const name of names) (reply as FastifyReply).header(name, headers[name]);
}
