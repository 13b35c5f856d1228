import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { Controller, type ExecutionContext, Get, Inject, type LoggerService, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientProxyFactory, MessagePattern, Transport } from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { type OnGatewayConnection, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { BearerAuthModule, ConfigurationError, OktaAuthGuard, type PlatformRequest, Public } from '@verifier/nest';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Platform, platforms } from './platforms.ts';
import { moduleOf, runningApps } from './running-apps.ts';

let issuer: AuthorizationServer;
const startApp = runningApps();
const express: Platform = Object(platforms['Express']);

beforeAll(async () => {
  issuer = await startAuthorizationServer();
});

afterAll(() => issuer.close());

const auth = (more: object = {}) =>
  BearerAuthModule.forRoot({ issuer: issuer.issuer, audience: issuer.audience, ...more });

function collectingLogger(): { readonly errors: string[]; readonly logger: LoggerService } {
  const errors: string[] = [];
  const ignore = (): void => {};
  return { errors, logger: { log: ignore, warn: ignore, error: (message: unknown) => errors.push(String(message)) } };
}

describe('a message of a microservice', () => {
  const handled = vi.fn();

  @Controller()
  class Messages {
    @MessagePattern('guarded')
    guarded(): string {
      handled();
      return 'ran';
    }

    @Public()
    @MessagePattern('open')
    open(): string {
      return 'open';
    }
  }

  it('is denied with an error that explains it, unless it is public', async () => {
    const { errors, logger } = collectingLogger();
    const options = { transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } } as const;
    const module = moduleOf({ imports: [auth()], controllers: [Messages] });
    const service = await NestFactory.createMicroservice(module, { ...options, logger });
    await service.listen();
    const { port }: AddressInfo = Object(service.unwrap<Server>().address());
    const client = ClientProxyFactory.create({ ...options, options: { host: '127.0.0.1', port } });
    const send = (pattern: string) =>
      new Promise((resolve) => client.send(pattern, {}).subscribe({ next: resolve, error: resolve }));
    expect(await send('guarded')).toMatchObject({ status: 'error', message: 'Internal server error' });
    expect(await send('open')).toBe('open');
    expect(handled).not.toHaveBeenCalled();
    expect(errors.join()).toMatch(/denies this rpc context: override getRequest/);
    client.close();
    await service.close();
  });
});

describe('a gateway', () => {
  const handled = vi.fn();

  @WebSocketGateway()
  class Guarded {
    @UseGuards(OktaAuthGuard)
    @SubscribeMessage('guarded')
    guarded(): string {
      handled();
      return 'ran';
    }
  }

  // The example of the README.
  @WebSocketGateway()
  class Verified implements OnGatewayConnection {
    readonly auth: OktaAuthGuard;
    constructor(@Inject(OktaAuthGuard) guard: OktaAuthGuard) {
      this.auth = guard;
    }
    async handleConnection(
      client: { close(code: number): void; send(data: string): void },
      request: { headers: { authorization?: string } },
    ): Promise<void> {
      const [, token = ''] = request.headers.authorization?.split(' ') ?? [];
      const verified = await this.auth.verifier.verify(token).catch(() => undefined);
      if (verified === undefined) client.close(4401);
      else client.send(JSON.stringify(verified.scopes));
    }
  }

  async function connect(gateway: new (...args: never[]) => object, headers: object = {}) {
    const { errors, logger } = collectingLogger();
    const module = moduleOf({ imports: [auth()], providers: [gateway] });
    const app = await NestFactory.create(module, { logger, forceCloseConnections: true });
    app.useWebSocketAdapter(new WsAdapter(app));
    await app.listen(0, '127.0.0.1');
    const { port }: AddressInfo = app.getHttpServer().address();
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, Object({ headers }));
    return { app, errors, socket };
  }

  it('has its messages denied by the guard, with an error that names the correction', async () => {
    const { app, errors, socket } = await connect(Guarded);
    await once(socket, 'open');
    socket.send(JSON.stringify({ event: 'guarded', data: {} }));
    await vi.waitFor(() => expect(errors).not.toEqual([]));
    expect(handled).not.toHaveBeenCalled();
    expect(errors.join()).toMatch(/denies this ws context: verify the token in handleConnection/);
    socket.close();
    await app.close();
  });

  it('can verify the token of a connection', async () => {
    const Authorization = `Bearer ${await issuer.token({ scope: 'read' })}`;
    const { app, socket } = await connect(Verified, { Authorization });
    const [{ data }] = await once(socket, 'message');
    expect(data).toBe('["read"]');
    socket.close();
    await app.close();
  });

  it('can close a connection without one', async () => {
    const { app, socket } = await connect(Verified);
    const [{ code }] = await once(socket, 'close');
    expect(code).toBe(4401);
    await app.close();
  });
});

describe('getRequest(context)', () => {
  @Controller()
  class Routes {
    @Get()
    get(): void {}
  }

  it('can be overridden, and its result is authenticated', async () => {
    class FromElsewhere extends OktaAuthGuard {
      override getRequest(context: ExecutionContext): PlatformRequest {
        const { headers, ...request } = context.switchToHttp().getRequest();
        return { ...request, headers: { ...headers, authorization: headers['x-forwarded-authorization'] } };
      }
    }
    const app = await startApp(express, moduleOf({ imports: [auth({ guard: FromElsewhere })], controllers: [Routes] }));
    const headers = { 'X-Forwarded-Authorization': `Bearer ${await issuer.token()}` };
    expect((await fetch(app.origin, { headers })).status).toBe(200);
    expect((await fetch(app.origin, { headers: { 'X-Forwarded-Authorization': 'Bearer' } })).status).toBe(400);
  });

  it.each([undefined, null, {}, { raw: {} }])(
    'keeps the route closed if it returns no request: %j',
    async (nothing) => {
      class FromNowhere extends OktaAuthGuard {
        override getRequest(): PlatformRequest {
          return Object(nothing);
        }
      }
      const app = await startApp(express, moduleOf({ imports: [auth({ guard: FromNowhere })], controllers: [Routes] }));
      expect((await fetch(app.origin)).status).toBe(500);
    },
  );

  it('denies a GraphQL context unless the guard is GqlAuthGuard', () => {
    const host = Object({});
    const guard = new OktaAuthGuard(Object({}), host);
    const context: ExecutionContext = Object({ getType: () => 'graphql' });
    expect(() => guard.getRequest(context)).toThrow(ConfigurationError);
    expect(() => guard.getRequest(context)).toThrow(/GqlAuthGuard of @verifier\/nest\/graphql/);
  });
});
