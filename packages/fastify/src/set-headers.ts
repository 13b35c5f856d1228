import type { FastifyReply } from 'fastify';
import type { AnyReply } from './fastify-types.ts';

/** Sets headers unless the response has started. */
export function setHeaders(reply: AnyReply, headers: Readonly<Record<string, string>> = {}): void {
  if (reply.sent || reply.raw.headersSent) return;
  for (const [name, value] of Object.entries(headers)) (reply as FastifyReply).header(name, value);
}
