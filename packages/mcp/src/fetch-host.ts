import { drainBeforeEnd, type FetchContext, fromFetchRequest, type Guard, toFetchResponse } from '@verifier/core';
import type { AuthInfo } from './auth-info.ts';
import { decide } from './decide.ts';

/** An MCP server on the Fetch API: what `createMcpHandler` of the SDK returns. */
export type McpFetchHandler = { fetch(request: Request, options: { authInfo: AuthInfo }): Promise<Response> };

/** The `fetch` of a Worker, or the handler of `Deno.serve`, `Bun.serve` and Next.js. */
export type FetchListener = (request: Request, env?: unknown, context?: FetchContext) => Promise<Response>;

/** The part of the context of Hono that is used. */
export type HonoContext = { req: { raw: Request }; env: unknown; res: Response } & HonoMethods;

type HonoMethods = { executionCtx: Pick<Required<FetchContext>, 'waitUntil'> } & HonoSetters;
type HonoSetters = { set(name: never, value: never): void; header(name: string, value?: string): void };

/** Continues with the next middleware. */
export type Next = () => Promise<void>;

/** Puts a guard in front of an MCP server. */
export function toFetchListener(guard: Guard, handler: McpFetchHandler): FetchListener {
  return async (request, _env, context) => {
    const decision = await decide(guard, fromFetchRequest(request, context));
    if (decision.answer !== undefined) return toFetchResponse(decision.answer);
    const response = await handler.fetch(request, { authInfo: decision.authInfo });
    if (decision.headers.length === 0) return response;
    // The headers of a fetched response are immutable.
    const copy = new Response(response.body, response);
    for (const [name, value] of decision.headers) copy.headers.set(name, value);
    return copy;
  };
}

/** The middleware of a guard for Hono. */
export async function authenticateHono(guard: Guard, c: HonoContext, next: Next): Promise<Response | undefined> {
  const { incoming, outgoing } = Object(c.env);
  // Only runtimes that stop after the response have an execution context.
  const keepAlive = async (work: Promise<unknown>): Promise<void> => c.executionCtx.waitUntil(work);
  const waitUntil = (work: Promise<unknown>): unknown => keepAlive(work).catch(() => undefined);
  const decision = await decide(guard, fromFetchRequest(c.req.raw, { connection: incoming?.socket, waitUntil }));
  if (decision.answer !== undefined) {
    // @hono/node-server: a connection that is closed with unread data would be reset.
    if (incoming?.complete === false && typeof outgoing?.end === 'function') drainBeforeEnd(incoming, outgoing);
    return toFetchResponse(decision.answer);
  }
  c.set('auth' as never, decision.authInfo as never);
  await next();
  for (const [name, value] of decision.headers) if (c.res.status !== 101) c.header(name, value);
  return undefined;
}
