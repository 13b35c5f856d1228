import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import {
  Controller,
  type DynamicModule,
  type ExecutionContext,
  Get,
  type LoggerService,
  UseGuards,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientProxyFactory, MessagePattern, Transport } from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
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

describe('a guard for requests', () => {
  const handled = vi.fn();

  @UseGuards(OktaAuthGuard)
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

  @UseGuards(OktaAuthGuard)
  @WebSocketGateway()
  class Gateway {
    @SubscribeMessage('guarded')
    guarded(): string {
      handled();
      return 'ran';
    }
  }

  // A module that guards everything would not start.
  const scoped = (): DynamicModule => auth({ global: false });

  it('denies the messages of a microservice with an error that explains it, unless they are public', async () => {
    const { errors, logger } = collectingLogger();
    const options = { transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } } as const;
    const module = moduleOf({ imports: [scoped()], controllers: [Messages] });
    const service = await NestFactory.createMicroservice(module, { ...options, logger });
    await service.listen();
    const { port }: AddressInfo = Object(service.unwrap<Server>().address());
    const client = ClientProxyFactory.create({ ...options, options: { host: '127.0.0.1', port } });
    const send = (pattern: string) =>
      new Promise((resolve) => client.send(pattern, {}).subscribe({ next: resolve, error: resolve }));
    expect(await send('guarded')).toMatchObject({ status: 'error', message: 'Internal server error' });
    expect(await send('open')).toBe('open');
    expect(handled).not.toHaveBeenCalled();
    expect(errors.join()).toMatch(/denies this rpc context: .* extends RpcAuthGuard of @verifier\/nest\/rpc/);
    client.close();
    await service.close();
  });

  it('denies the messages of a gateway with an error that names the correction', async () => {
    const { errors, logger } = collectingLogger();
    const module = moduleOf({ imports: [scoped()], providers: [Gateway] });
    const app = await NestFactory.create(module, { logger, forceCloseConnections: true });
    app.useWebSocketAdapter(new WsAdapter(app));
    await app.listen(0, '127.0.0.1');
    const { port }: AddressInfo = app.getHttpServer().address();
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    await once(socket, 'open');
    socket.send(JSON.stringify({ event: 'guarded', data: {} }));
    await vi.waitFor(() => expect(errors).not.toEqual([]));
    expect(handled).not.toHaveBeenCalled();
    expect(errors.join()).toMatch(/denies this ws context: write @UseGuards\(WsAuthGuard\)/);
    socket.close();
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
