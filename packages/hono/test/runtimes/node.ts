import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import type { RunningApp } from '@verifier/conformance';
import { type AppDescription, createApp } from '../apps.ts';

/** An application that can be served. */
export interface Served {
  fetch(request: Request, env: object): Response | Promise<Response>;
}

/** Serves an application on loopback with @hono/node-server, with 64 KiB of headers accepted. */
export async function listen(app: Served): Promise<RunningApp> {
  const server = serve({
    fetch: (request, env) => app.fetch(request, env),
    hostname: '127.0.0.1',
    port: 0,
    serverOptions: { maxHeaderSize: 65_536 },
  });
  if (!server.listening) await once(server, 'listening');
  const { port }: AddressInfo = Object(server.address());
  return {
    origin: `http://127.0.0.1:${port}`,
    close: async () => {
      if ('closeAllConnections' in server) server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** Serves an application in this process. */
export function startOnNode(app: AppDescription): Promise<RunningApp> {
  return listen(createApp(app));
}
