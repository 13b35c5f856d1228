import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import type { INestApplication, WebSocketAdapter } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientProxyFactory, type MicroserviceOptions, Transport } from '@nestjs/microservices';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import { startAuthorizationServer } from '@verifier/test-issuer';
import { io } from 'socket.io-client';
import { AppModule } from './app.module.ts';

const issuer = await startAuthorizationServer({ path: '/oauth2/default', scopes: ['read:orders', 'write:orders'] });
process.env['OKTA_OAUTH2_ISSUER'] = issuer.issuer;
process.env['OKTA_OAUTH2_AUDIENCE'] = issuer.audience;

const tokens: Record<string, string | undefined> = {
  anonymous: undefined,
  forged: await issuer.sign({ scope: 'read:orders write:orders' }, { kid: 'made-up' }),
  reader: await issuer.token({ scope: 'read:orders' }),
  writer: await issuer.token({ scope: 'read:orders write:orders' }),
};

// The event that answers each message of each caller, or the status of the exception.
const table: Record<string, Record<string, string | number>> = {
  ping: { anonymous: 'pong', forged: 'pong', reader: 'pong', writer: 'pong' },
  list: { anonymous: 401, forged: 401, reader: 'orders', writer: 'orders' },
  create: { anonymous: 401, forged: 401, reader: 403, writer: 'created' },
};

/** Sends one message and returns its answer. */
type Send = (origin: string, message: string, token: string | undefined) => Promise<string | number>;

async function askWs(url: string, protocols: string[], message: string): Promise<string | number> {
  const socket = new WebSocket(url, protocols);
  await once(socket, 'open');
  socket.send(JSON.stringify({ event: message, data: {} }));
  const [{ data }] = await once(socket, 'message');
  socket.close();
  const answer = JSON.parse(data);
  return answer.data.statusCode ?? answer.event;
}

const bySubprotocol: Send = (origin, message, token) => {
  const protocols = token === undefined ? [] : ['orders.v1', `bearer.${token}`];
  return askWs(origin.replace('http', 'ws'), protocols, message);
};

const byTicket: Send = async (origin, message, token) => {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${origin}/tickets`, { method: 'POST', headers });
  const { ticket = 'none' }: { ticket?: string } = Object(await response.json());
  return askWs(`${origin.replace('http', 'ws')}/?ticket=${ticket}`, [], message);
};

const byHandshake: Send = async (origin, message, token) => {
  const socket = io(origin, { transports: ['websocket'], forceNew: true, reconnection: false, auth: { token } });
  const answer = new Promise<string | number>((resolve) => {
    socket.onAny((event, data) => resolve(data.statusCode ?? event));
  });
  socket.emit(message, {});
  const result = await answer;
  socket.disconnect();
  return result;
};

async function expectAnswers(way: string, origin: string, send: Send): Promise<void> {
  console.log(`\n${way}`);
  for (const [message, expected] of Object.entries(table)) {
    for (const [caller, outcome] of Object.entries(expected)) {
      const answer = await send(origin, message, tokens[caller]);
      console.log(`${message.padEnd(8)} ${caller.padEnd(10)} ${answer}`);
      assert.equal(answer, outcome, `${message} as ${caller}, ${way}`);
    }
  }
}

const loopback = { host: '127.0.0.1', port: 0 };

async function serve(adapterOf: (app: INestApplication) => WebSocketAdapter) {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'], forceCloseConnections: true });
  app.useWebSocketAdapter(adapterOf(app));
  const service = app.connectMicroservice<MicroserviceOptions>({ transport: Transport.TCP, options: loopback });
  await app.startAllMicroservices();
  await app.listen(0, loopback.host);
  const address: AddressInfo = Object(service.unwrap<Server>().address());
  return { app, origin: await app.getUrl(), port: address.port };
}

const onWs = await serve((app) => new WsAdapter(app));
await expectAnswers('ws, the token in a subprotocol', onWs.origin, bySubprotocol);
await expectAnswers('ws, the token behind a ticket', onWs.origin, byTicket);

const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { ...loopback, port: onWs.port } });
await expectAnswers('TCP, the token in the data', '', (_, message, token) => {
  return new Promise((resolve) => {
    const error = (denial: { statusCode: number }) => resolve(denial.statusCode);
    client.send(message, { token }).subscribe({ next: ({ event }) => resolve(event), error });
  });
});
await client.close();

const onIo = await serve((app) => new IoAdapter(app));
await expectAnswers('socket.io, the token in the handshake', onIo.origin, byHandshake);

await Promise.all([onWs.app.close(), onIo.app.close()]);
await issuer.close();
