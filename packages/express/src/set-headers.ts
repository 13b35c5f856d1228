import type { ServerResponse } from 'node:http';

/** Sets headers unless the response has started: Node.js would throw. */
export function setHeaders(res: ServerResponse, headers: Readonly<Record<string, string>> = {}): void {
  for (const [name, value] of Object.entries(headers)) if (!res.headersSent) res.setHeader(name, value);
}
