import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { AuthInfo, McpAuth } from '@verifier/mcp';
import express from 'express';
import Fastify from 'fastify';
import { Hono } from 'hono';
import { nestListener } from './nest-host.ts';
import { nodeHandler, notesHandler } from './notes-server.ts';

/** A host of the MCP server at `/mcp`, which {@link McpAuth} guards. */
export type Host = (auth: McpAuth) => RequestListener | Promise<RequestListener>;

export const hosts: Readonly<Record<string, Host>> = {
  'Node.js': (auth) => auth.node(nodeHandler()),
  Fetch: (auth) => getRequestListener(auth.fetch(notesHandler())),
  Express: (auth) => {
    const app = express();
    app.use(auth.express);
    app.use(express.json());
    const handle = nodeHandler();
    app.all('/mcp', (req, res) => void handle(req, res, req.body));
    return app;
  },
  Fastify: async (auth) => {
    const app = Fastify();
    app.addHook('onRequest', auth.fastify);
    const handle = nodeHandler();
    app.all('/mcp', async (request, reply) => {
      reply.hijack();
      await handle(request.raw, reply.raw, request.body);
    });
    await app.ready();
    return (req, res) => app.routing(req, res);
  },
  Hono: (auth) => {
    const app = new Hono<{ Variables: { auth: AuthInfo } }>();
    app.use(auth.hono);
    const handler = notesHandler();
    app.all('/mcp', (c) => handler.fetch(c.req.raw, { authInfo: c.get('auth') }));
    return getRequestListener(app.fetch);
  },
  Nest: nestListener,
};

/** A server on loopback whose listener is set once its address is known. */
export interface RunningHost {
  readonly origin: string;
  readonly url: string;
  serve(listener: RequestListener): void;
  close(): Promise<void>;
}

export async function startHost(): Promise<RunningHost> {
  const server: Server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port }: AddressInfo = Object(server.address());
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    url: `${origin}/mcp`,
    serve: (listener) => void server.on('request', listener),
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
