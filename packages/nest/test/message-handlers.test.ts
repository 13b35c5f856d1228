import type { AddressInfo, Server } from 'node:net';
import { Controller, type ExecutionContext, type Provider, type Type, UseGuards } from '@nestjs/common';
import { APP_GUARD, ModulesContainer, NestFactory } from '@nestjs/core';
import {
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  type MicroserviceOptions,
  Transport,
} from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { BearerAuthModule, ConfigurationError, OktaAuth, OktaAuthGuard, Public, RequireScope } from '@verifier/nest';
import { RpcAuthGuard } from '@verifier/nest/rpc';
import { WsAuthGuard } from '@verifier/nest/ws';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventually } from './eventually.ts';
import { connectWs } from './gateway-clients.ts';
import { moduleOf } from './running-apps.ts';
import { major } from './versions.ts';

let issuer: AuthorizationServer;

beforeAll(async () => {
  issuer = await startAuthorizationServer();
});

afterAll(() => issuer.close());

const auth = (more: object = {}) =>
  BearerAuthModule.forRoot({ issuer: issuer.issuer, audience: issuer.audience, ...more });

class MessageGuard extends RpcAuthGuard {
  override getToken(context: ExecutionContext): string | undefined {
    return Object(context.switchToRpc().getData()).token;
  }
}

class OtherGuard {
  canActivate(): boolean {
    return true;
  }
}

const quiet = { logger: false, abortOnError: false } as const;

/** A gateway with the decorators on its class, and on its handler. */
function gateway(onClass: ClassDecorator[], onHandler: MethodDecorator[] = []): Type {
  @WebSocketGateway()
  class Events {
    @SubscribeMessage('event')
    on(): void {}
  }
  return decorate(Events, 'on', onClass, onHandler);
}

/** A controller of messages, like {@link gateway}. */
function controller(onClass: ClassDecorator[], onHandler: MethodDecorator[] = [], Pattern = MessagePattern): Type {
  @Controller()
  class Messages {
    @Pattern('message')
    on(): void {}
  }
  return decorate(Messages, 'on', onClass, onHandler);
}

function decorate(target: Type, name: string, onClass: ClassDecorator[], onHandler: MethodDecorator[]): Type {
  for (const each of onClass) each(target);
  const descriptor = Object.getOwnPropertyDescriptor(target.prototype, name);
  for (const each of onHandler) each(target.prototype, name, Object(descriptor));
  return target;
}

interface Parts {
  readonly controllers?: Type[];
  readonly providers?: Provider[];
  readonly options?: object;
}

const moduleWith = ({ controllers = [], providers = [], options = {} }: Parts) =>
  moduleOf({ imports: [auth(options)], controllers, providers });

/** The error that an application fails to be created with; undefined if it is created. */
async function creationFault(parts: Parts): Promise<unknown> {
  try {
    await (await NestFactory.create(moduleWith(parts), quiet)).close();
    return undefined;
  } catch (error) {
    return error;
  }
}

async function microserviceFault(parts: Parts): Promise<unknown> {
  try {
    const options = { transport: Transport.TCP, options: { port: 0 }, ...quiet } as const;
    await (await NestFactory.createMicroservice<MicroserviceOptions>(moduleWith(parts), options)).init();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('[NEST-MESSAGE-GUARDED] a gateway', () => {
  it.each<[string, Type, object]>([
    ['without a guard', gateway([]), {}],
    ['with only a guard of another kind', gateway([UseGuards(MessageGuard)]), {}],
    ['with only a guard of another package', gateway([UseGuards(OtherGuard)]), {}],
    ['with only the guard for requests', gateway([UseGuards(OktaAuthGuard)]), {}],
    ['with only a requirement', gateway([], [RequireScope('read')]), {}],
    ['with only the guard of the module, which NestJS 11 does not run', gateway([]), { guard: WsAuthGuard }],
  ])('does not start %s', async (_case, provider, options) => {
    const fault = await creationFault({ providers: [provider], options });
    expect(fault).toBeInstanceOf(ConfigurationError);
    expect(String(fault)).toMatch(/Events\.on: .*@UseGuards\(WsAuthGuard\) on the gateway/);
  });

  it.each<[string, Type, object]>([
    ['with its guard on the class', gateway([UseGuards(WsAuthGuard)]), {}],
    ['with its guard on the handler', gateway([], [UseGuards(WsAuthGuard)]), {}],
    ['with an instance of a guard', gateway([UseGuards(Object.create(WsAuthGuard.prototype))]), {}],
    ['that is public', gateway([Public()]), {}],
    ['whose handler is public', gateway([], [Public()]), {}],
    ['with a requirement that the guard of the module enforces', gateway([OktaAuth()]), { guard: WsAuthGuard }],
    ['without a guard, if the module guards nothing by itself', gateway([]), { global: false }],
  ])('starts %s', async (_case, provider, options) => {
    expect(await creationFault({ providers: [provider], options })).toBeUndefined();
  });

  it('does not start if a handler requires a token again in a public gateway', async () => {
    const fault = await creationFault({ providers: [gateway([Public()], [OktaAuth()])] });
    expect(fault).toBeInstanceOf(ConfigurationError);
  });

  it('does not start if Nest skips its guard, as early releases do for a provider with useClass', async () => {
    const target = gateway([UseGuards(WsAuthGuard)]);
    const skipped = (modules: ModulesContainer): void => {
      for (const module of modules.values()) module.injectables.delete(WsAuthGuard);
    };
    const providers = [
      { provide: 'EVENTS', useClass: target },
      { provide: 'SKIPPED', useFactory: skipped, inject: [ModulesContainer] },
    ];
    // At creation or at initialization, which depends on the order of the providers.
    const started = NestFactory.create(moduleWith({ providers }), quiet).then((app) => app.init());
    await expect(started).rejects.toThrow(/Events\.on/);
  });

  it('does not start if it inherits a handler without a guard', async () => {
    class Base {
      @SubscribeMessage('inherited')
      inherited(): void {}
    }
    @WebSocketGateway()
    class Events extends Base {}
    expect(String(await creationFault({ providers: [Events] }))).toMatch(/Events\.inherited/);
  });
});

describe.each([
  ['message', MessagePattern],
  ['event', EventPattern],
])('[NEST-MESSAGE-GUARDED] a controller with a handler of a %s', (_kind, pattern) => {
  const Pattern = Object(pattern);

  it.each<[string, Type, object]>([
    ['without a guard', controller([], [], Pattern), {}],
    ['with only a guard of another kind', controller([UseGuards(WsAuthGuard)], [], Pattern), {}],
    ['with only a requirement', controller([], [RequireScope('read')], Pattern), {}],
    [
      'with only the guard of the module, which a hybrid application ignores',
      controller([], [], Pattern),
      { guard: MessageGuard },
    ],
  ])('does not start %s', async (_case, messages, options) => {
    const fault = await creationFault({ controllers: [messages], options });
    expect(fault).toBeInstanceOf(ConfigurationError);
    expect(String(fault)).toMatch(/Messages\.on: .*extends RpcAuthGuard/);
  });

  it.each<[string, Type, object]>([
    ['with its guard on the class', controller([UseGuards(MessageGuard)], [], Pattern), {}],
    ['with its guard on the handler', controller([], [UseGuards(MessageGuard)], Pattern), {}],
    ['that is public', controller([Public()], [], Pattern), {}],
    [
      'with a requirement that the guard of the module enforces',
      controller([OktaAuth()], [], Pattern),
      { guard: MessageGuard },
    ],
    ['without a guard, if the module guards nothing by itself', controller([], [], Pattern), { global: false }],
  ])('starts %s', async (_case, messages, options) => {
    expect(await creationFault({ controllers: [messages], options })).toBeUndefined();
  });

  it('starts in a microservice whose module has a guard for messages, and not with another guard', async () => {
    const controllers = [controller([], [], Pattern)];
    expect(await microserviceFault({ controllers, options: { guard: MessageGuard } })).toBeUndefined();
    expect(await microserviceFault({ controllers })).toBeInstanceOf(ConfigurationError);
  });
});

it('[NEST-MESSAGE-GUARDED] names five handlers at most', async () => {
  const controllers = Array.from({ length: 7 }, () => controller([]));
  expect(String(await creationFault({ controllers }))).toMatch(
    /^ConfigurationError: .*(Messages\.on, ){4}Messages\.on and 2 more/,
  );
});

// The reason why a global guard is not enough.
describe('[NEST-MESSAGE-GUARDED] a global guard of Nest', () => {
  const denied = vi.fn(() => false);
  const handled = vi.fn();

  class DeniesAll {
    canActivate = denied;
  }

  @WebSocketGateway()
  class Events {
    @SubscribeMessage('event')
    on(): void {
      handled('ws');
    }
  }

  @Controller()
  class Messages {
    @MessagePattern('message')
    on(): string {
      handled('rpc');
      return 'ran';
    }
  }

  const module = moduleOf({
    controllers: [Messages],
    providers: [Events, { provide: APP_GUARD, useClass: DeniesAll }],
  });

  it.each([
    ['reaches gateways from NestJS 12 on', false, major === '11' ? ['ws', 'rpc'] : ['rpc']],
    ['reaches the messages of a hybrid application only with inheritAppConfig', true, major === '11' ? ['ws'] : []],
  ])('%s', async (_case, inheritAppConfig, expected) => {
    handled.mockReset();
    const app = await NestFactory.create(module, { ...quiet, forceCloseConnections: true });
    app.useWebSocketAdapter(new WsAdapter(app));
    const tcp = { transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } } as const;
    const service = app.connectMicroservice<MicroserviceOptions>(tcp, { inheritAppConfig });
    await app.startAllMicroservices();
    await app.listen(0, '127.0.0.1');
    const client = await connectWs(await app.getUrl());
    client.send('event');
    const { port }: AddressInfo = Object(service.unwrap<Server>().address());
    const caller = ClientProxyFactory.create({ ...tcp, options: { host: '127.0.0.1', port } });
    await new Promise((resolve) => caller.send('message', {}).subscribe({ next: resolve, error: resolve }));
    await eventually(() => expect(denied.mock.calls.length + handled.mock.calls.length).toBe(2));
    expect(handled.mock.calls.flat().sort().reverse()).toEqual(expected);
    denied.mockClear();
    client.close();
    await caller.close();
    await app.close();
  });
});
