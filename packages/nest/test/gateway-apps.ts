import type { DynamicModule, INestApplication, Type, WebSocketAdapter } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import { afterEach } from 'vitest';
import {
  type Connect,
  connectIo,
  connectWs,
  denialOverIo,
  denialOverWs,
  type GatewayClient,
  type Handshake,
  type ReadDenial,
} from './gateway-clients.ts';
import { type Platform, platforms } from './platforms.ts';
import { moduleOf, runningApps } from './running-apps.ts';

/** A WebSocket library: the adapter of Nest, a client, and what the client sees of a closed connection. */
export interface Library {
  readonly adapter: (app: INestApplication) => WebSocketAdapter;
  readonly connect: Connect;
  readonly refusal: ReadDenial;
  readonly closedBy: (code: number) => unknown;
}

/** The libraries that Nest has an adapter for, by name. */
export const libraries: readonly (readonly [name: string, library: Library])[] = [
  ['ws', { adapter: (app) => new WsAdapter(app), connect: connectWs, refusal: denialOverWs, closedBy: (code) => code }],
  [
    'socket.io',
    {
      adapter: (app) => new IoAdapter(app),
      connect: connectIo,
      refusal: denialOverIo,
      closedBy: () => 'io server disconnect',
    },
  ],
];

/** The parts of an application with gateways. */
export interface GatewayApp {
  readonly imports: (Type | DynamicModule)[];
  readonly providers: Type[];
  readonly controllers?: Type[];
}

/** A listening application, and clients of it. */
export interface RunningGateways {
  readonly origin: string;
  connect(handshake?: Handshake): Promise<GatewayClient>;
}

/** Starts applications with gateways. They and their clients are closed after each test. */
export function runningGateways(): (library: Library, app: GatewayApp, platform?: string) => Promise<RunningGateways> {
  const clients: GatewayClient[] = [];
  // Hooks run in reverse order: the clients close first.
  const startApp = runningApps();
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });
  return async ({ adapter, connect }, app, platform = 'Express') => {
    const prepare = (nest: INestApplication): unknown => nest.useWebSocketAdapter(adapter(nest));
    const { origin } = await startApp(
      listening(Object(platforms[platform])),
      moduleOf({ controllers: [], ...app }),
      prepare,
    );
    return {
      origin,
      connect: async (handshake) => {
        const client = await connect(origin, handshake);
        clients.push(client);
        return client;
      },
    };
  };
}

// Gateways belong to the server of Nest itself.
function listening({ create }: Platform): Platform {
  return {
    create,
    serve: async (app) => {
      await app.listen(0, '127.0.0.1');
      return app.getHttpServer();
    },
  };
}
