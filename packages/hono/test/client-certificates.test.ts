import { once } from 'node:events';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { describeClientCertificates, type StartTls } from '@verifier/conformance';
import { bearerAuth } from '@verifier/hono';
import { Hono } from 'hono';

function startWith(secure: (tls: Parameters<StartTls>[1]) => object): StartTls {
  return async (options, tls) => {
    const app = new Hono().use(bearerAuth(options)).get('/orders', (c) => c.json([]));
    const server = serve(Object({ fetch: app.fetch, hostname: '127.0.0.1', port: 0, ...secure(tls) }));
    if (!server.listening) await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return { origin: `https://127.0.0.1:${port}`, close: async () => void server.close() };
  };
}

describeClientCertificates(
  'Hono on node-server',
  startWith((tls) => ({ createServer, serverOptions: tls })),
);
describeClientCertificates(
  'Hono on node-server with HTTP/2',
  startWith((tls) => ({ createServer: createSecureServer, serverOptions: { ...tls, allowHTTP1: true } })),
);
