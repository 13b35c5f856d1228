import type { ServerResponse } from 'node:http';

/** Sets headers unless the response has started: Node.js would throw. */
export function setHeaders(res: ServerResponse, headers: Readonly<Record<string, string>> = {}): void {
  for (const name of Object.keys(headers)) if (!res.headersSent) res.setHeader(name, headers[name] ?? '');
}
