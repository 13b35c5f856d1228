import { keepChallenge, type ResponseHeaders } from '@verifier/core';
import type { Context } from 'hono';

/**
 * Keeps the headers of a denied request on the response of the application's error handler. Hono sets `c.res` to it, after
 * it has set `c.error`. Nothing is added if another middleware catches the exception: no header is set before that.
 */
export function keepOnContext(c: Context, exception: Error, headers: Readonly<Record<string, string>>): void {
  const prototype: object = Object.getPrototypeOf(c);
  let isKept = false;
  Object.defineProperty(c, 'res', {
    configurable: true,
    get: () => Reflect.get(prototype, 'res', c),
    set: (response: Response | undefined) => {
      // Hono copies the headers of the previous response to the next one, which may be a success.
      if (isKept) for (const name of Object.keys(headers)) c.header(name, undefined);
      Reflect.set(prototype, 'res', response, c);
      isKept = response !== undefined && c.error === exception;
      if (isKept) keepChallenge({ status: c.res.status, headers: headersOf(c) }, headers);
    },
  });
  // If this is the only handler of the path, Hono returns the response of the error handler without setting `c.res`.
  if (isOnlyHandler(c)) keepOnBuilders(c, headers);
}

// The function of `hono/route` fails in a CommonJS application, whose copy of Hono is another one.
function isOnlyHandler({ req }: Context): boolean {
  return req.matchedRoutes.length === 1;
}

// The response may be one of `fetch`, whose headers are immutable: `c.header` copies it.
function headersOf(c: Context): ResponseHeaders {
  return {
    keys: () => c.res.headers.keys(),
    has: (name) => c.res.headers.has(name),
    set: (name, value) => c.header(name, value),
    delete: (name) => c.header(name, undefined),
  };
}

type Builder = (...args: unknown[]) => Response | Promise<Response>;

function keepOnBuilders(c: Context, headers: Readonly<Record<string, string>>): void {
  const keep = (response: Response): Response => {
    keepChallenge(response, headers);
    return response;
  };
  const { body, html, json, newResponse, text } = c;
  for (const [name, builder] of Object.entries({ body, html, json, newResponse, text })) {
    const build = builder as Builder;
    const buildAndKeep: Builder = (...args) => {
      const response = build(...args);
      return response instanceof Promise ? response.then(keep) : keep(response);
    };
    Object.assign(c, { [name]: buildAndKeep });
  }
}
