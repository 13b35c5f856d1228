import type { CanActivate } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { guardOfAll, type MarkedRoutes } from './marked-routes.ts';
import { RouteContext } from './route-context.ts';

/** The part of a request that is read before its body. Fastify has the request of Node.js in `raw`. */
export interface UnreadRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly httpVersionMajor?: number;
  readonly raw?: { readonly httpVersionMajor?: number };
}

/** Continues with the next step of the platform, or with its error handling. */
export type Continue = (error?: unknown) => void;

/** Whether a request has a body. HTTP/2 need not announce it. */
export function hasBody({ method, headers, raw, httpVersionMajor = raw?.httpVersionMajor }: UnreadRequest): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = headers;
  if (length !== undefined) return Number(length) > 0;
  return encoding !== undefined || (httpVersionMajor === 2 && method !== 'GET' && method !== 'HEAD');
}

/**
 * Calls the guard of the routes that may handle a request, before its body is parsed. Continues if the guard grants access,
 * or if the routes have no common guard: Nest calls their guards later in any case.
 */
export function authenticateEarly(
  routes: MarkedRoutes,
  modules: ModulesContainer,
  request: unknown,
  response: unknown,
  done: Continue,
): void {
  const [first, ...others] = routes;
  const guard = guardOfAll(routes, modules);
  if (first === undefined || guard === undefined) done();
  else activate(guard, new RouteContext([first, ...others], [request, response, done])).then(() => done(), done);
}

async function activate(guard: CanActivate, context: RouteContext): Promise<void> {
  await guard.canActivate(context);
}
