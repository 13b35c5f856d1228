import * as core from '@verifier/core';
import type { AuthInfo } from './auth-info.ts';
import { decide } from './decide.ts';
import * as fetchHost from './fetch-host.ts';
import { guardNode, type McpRequest, type McpResponse } from './node-host.ts';

/** Options for {@link mcpAuth}: those of a verifier, whose `resource` is required, or a verifier that has one. */
export type McpAuthOptions = (core.VerifierOptions & WithResource) | core.SharedVerifier;

type WithResource = { readonly resource: core.ResourceOptions; readonly optional?: undefined };

/** The part of a Fastify reply that is used. */
export type McpReply = { readonly raw: McpResponse; getHeaders(): object; hijack(): unknown };

/** The guard of an MCP server, for each kind of host. Each also serves the metadata, before it authenticates. */
export interface McpAuth {
  /** The verifier: call `await auth.verifier.warmUp()` at start and `auth.verifier.close()` on shutdown. */
  readonly verifier: core.Verifier;
  /** For Express and Nest: `app.use(auth.express)`. Sets `req.auth`, which the transports of the SDK read. */
  express(req: McpRequest, res: McpResponse, next: (error?: unknown) => void): void;
  /** For Fastify: `app.addHook('onRequest', auth.fastify)`. Sets `request.raw.auth`. */
  fastify(request: { readonly raw: McpRequest }, reply: McpReply): Promise<void>;
  /** For Hono: `app.use(auth.hono)`. Sets the variable `auth`. */
  hono(c: fetchHost.HonoContext, next: fetchHost.Next): Promise<Response | undefined>;
  /** For `createServer` of Node.js. Calls the handler with `req.auth`. Answers 500 if `validate` or `getToken` throws. */
  node<Q, S>(handle: (req: Q, res: S) => unknown): (req: Q & McpRequest, res: S & McpResponse) => void;
  /** For Fetch hosts: Workers, Deno, Bun, Next.js. Calls the MCP server with `{ authInfo }`. */
  fetch(handler: fetchHost.McpFetchHandler): fetchHost.FetchListener;
  /** Authenticates one request of the Fetch API. Returns the caller, or the response to write. */
  authenticate(request: Request, context?: core.FetchContext): Promise<AuthInfo | Response>;
  /** Returns the response to a request for the metadata; undefined for every other request. */
  metadata(request: Request): Promise<Response | undefined>;
}

/**
 * Guards an MCP server: verifies that each request has an access token for it, and serves the metadata that lead clients to
 * the authorization server (RFC 9728). An outage of the issuer is answered with 503, and never as a bad token.
 *
 * @param options - `issuer`, `resource` and the other options of a verifier, or `{ verifier }`. `audience` is `resource.url`
 * unless given.
 * @throws ConfigurationError immediately if an option is missing, unknown or not safe.
 *
 * @example
 * ```ts
 * import { toNodeHandler } from '@modelcontextprotocol/node';
 * import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
 * import { mcpAuth } from '@verifier/mcp';
 * import express from 'express';
 *
 * const auth = mcpAuth({
 *   issuer: 'https://login.example.com',
 *   resource: { url: 'https://mcp.example.com/mcp', scopes: ['notes:read'] },
 * });
 * const handler = createMcpHandler(() => new McpServer({ name: 'notes', version: '1.0.0' }));
 *
 * const app = express();
 * app.use(auth.express);
 * app.all('/mcp', toNodeHandler(handler));
 * app.listen(3000);
 * ```
 */
export function mcpAuth(options: McpAuthOptions): McpAuth {
  const guard = createMcpGuard(options);
  return {
    verifier: guard.verifier,
    express: (req, res, next) => void guardNode(guard, req, res).then((isGranted) => isGranted && next(), next),
    fastify: async ({ raw }, reply) => {
      if (!(await guardNode(guard, raw, reply.raw, { ...reply.getHeaders() }))) reply.hijack();
    },
    hono: (c, next) => fetchHost.authenticateHono(guard, c, next),
    node: (handler) => (req, res) => {
      const fail = (): unknown => res.headersSent || Object.assign(res, { statusCode: 500 }).end();
      guardNode(guard, req, res).then((isGranted) => isGranted && void handler(req, res), fail);
    },
    fetch: (handler) => fetchHost.toFetchListener(guard, handler),
    authenticate: async (request, context) => {
      const decision = await decide(guard, core.fromFetchRequest(request, context));
      return decision.answer === undefined ? decision.authInfo : core.toFetchResponse(decision.answer);
    },
    metadata: async (request) => toResponse(await guard.answerMetadata(core.fromFetchRequest(request))),
  };
}

function toResponse(answer: core.HttpAnswer | undefined): Response | undefined {
  return answer && core.toFetchResponse(answer);
}

function createMcpGuard(options: McpAuthOptions): core.Guard {
  const { resource, verifier, optional, onError } = Object(options);
  if (optional || onError) throw new core.ConfigurationError('mcpAuth has neither optional nor onError: remove them');
  if (verifier === undefined && resource === undefined) throw new core.ConfigurationError(resourceMissing);
  if (verifier !== undefined) core.protectedResourceMetadata(verifier);
  return core.createGuard(options);
}

const resourceMissing = "mcpAuth requires resource, such as { url: 'https://mcp.example.com/mcp' }";
