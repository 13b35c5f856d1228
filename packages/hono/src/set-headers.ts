import type { Context } from 'hono';

/** Sets headers on the response of the application, whichever way it was made. Call it after `next()`. */
export function setHeaders(c: Context, headers: Readonly<Record<string, string>> = {}): void {
  // Hono copies a response to set a header, and the copy of an upgraded connection is not upgraded.
  for (const name of Object.keys(headers)) if (c.res.status !== 101) c.header(name, headers[name]);
}
