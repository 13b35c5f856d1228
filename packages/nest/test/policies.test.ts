import { Controller, type ExecutionContext, Get, type Provider, type Type, UseGuards } from '@nestjs/common';
import { Query, Resolver } from '@nestjs/graphql';
import { MessagePattern } from '@nestjs/microservices';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { BearerAuthModule, ConfigurationError, OktaAuth, RequirePolicy, RequireScope } from '@verifier/nest';
import { RpcAuthGuard } from '@verifier/nest/rpc';
import { WsAuthGuard } from '@verifier/nest/ws';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Platform, platforms } from './platforms.ts';
import { ask, headerOf, moduleOf, runningApps } from './running-apps.ts';

let issuer: AuthorizationServer;
const startApp = runningApps();

beforeAll(async () => {
  issuer = await startAuthorizationServer();
});

afterAll(() => issuer.close());

const express: Platform = Object(platforms['Express']);
const policies = { orders: { scope: 'write', role: 'editor' } };
const auth = (more: object = {}) =>
  BearerAuthModule.forRoot({ issuer: issuer.issuer, audience: issuer.audience, policies, ...more });

class MessageGuard extends RpcAuthGuard {
  override getToken(context: ExecutionContext): string | undefined {
    return Object(context.switchToRpc().getData()).token;
  }
}

/** A controller whose handler and class have some decorators. */
function orders(onHandler: MethodDecorator[], onClass: ClassDecorator[] = []): Type {
  @Controller('orders')
  class Orders {
    @Get()
    list(): string[] {
      return [];
    }
  }
  return decorate(Orders, 'list', onHandler, onClass);
}

function decorate(target: Type, name: string, onHandler: MethodDecorator[], onClass: ClassDecorator[] = []): Type {
  for (const each of onClass) each(target);
  const descriptor = Object.getOwnPropertyDescriptor(target.prototype, name);
  for (const each of onHandler) each(target.prototype, name, Object(descriptor));
  return target;
}

@WebSocketGateway()
class Events {
  on(): void {}
}
@Controller()
class Messages {
  on(): void {}
}
@Resolver()
class Fields {
  on(): void {}
}
const misnamed = RequirePolicy('ordres');
decorate(Events, 'on', [SubscribeMessage('event'), misnamed], [UseGuards(WsAuthGuard)]);
decorate(Messages, 'on', [MessagePattern('message'), misnamed], [UseGuards(MessageGuard)]);
decorate(Fields, 'on', [Query(() => String), misnamed]);

interface Parts {
  readonly controllers?: Type[];
  readonly providers?: Provider[];
  readonly imports?: Parameters<typeof moduleOf>[0]['imports'];
}

/** The error that an application does not start with; undefined if it starts. */
async function startFault({ controllers = [], providers = [], imports = [auth()] }: Parts): Promise<unknown> {
  const app = await express.create(moduleOf({ imports, controllers, providers }));
  try {
    await app.init();
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await app.close();
  }
}

describe('[ACCESS-POLICY] an unknown policy', () => {
  it.each<[string, string, Parts]>([
    ['a route', 'Orders.list', { controllers: [orders([RequirePolicy('ordres')])] }],
    ['a class', 'Orders.list', { controllers: [orders([], [RequirePolicy('ordres')])] }],
    ['@OktaAuth', 'Orders.list', { controllers: [orders([OktaAuth({ policy: 'ordres' })])] }],
    ['a gateway', 'Events.on', { providers: [Events] }],
    ['a message', 'Messages.on', { controllers: [Messages] }],
    ['a resolver', 'Fields.on', { providers: [Fields] }],
  ])('of %s fails the start, with the nearest policy', async (_case, name, parts) => {
    const fault = await startFault(parts);
    expect(fault).toBeInstanceOf(ConfigurationError);
    expect(String(fault)).toContain(`${name}: The verifier has no policy "ordres": did you mean orders?`);
  });

  it('belongs to the registration that guards the route', async () => {
    const controllers = [orders([RequirePolicy('orders')])];
    const scopedTo = (names: object): Type =>
      moduleOf({ imports: [auth({ global: false, policies: names })], controllers });
    const other = moduleOf({ imports: [auth({ global: false, policies: { others: { scope: 'a' } } })] });
    expect(await startFault({ imports: [scopedTo(policies), other] })).toBeUndefined();
    expect(String(await startFault({ imports: [scopedTo({ other: { scope: 'a' } })] }))).toContain(
      'no policy "orders"',
    );
  });

  it.each([undefined, '', 1, class {}])('is not a name: %o', (name) => {
    expect(() => RequirePolicy(name as string)).toThrow(ConfigurationError);
  });
});

describe('[ACCESS-POLICY] @RequirePolicy', () => {
  it('guards its route without a global guard, together with other requirements', async () => {
    const controllers = [orders([RequirePolicy('orders'), RequireScope('audit')])];
    const app = await startApp(express, moduleOf({ imports: [auth({ global: false })], controllers }));
    const answerTo = async (claims: object) => {
      const token = await issuer.sign({ ...claims });
      const answer = await ask(app, { path: '/orders', headers: { Authorization: `Bearer ${token}` } });
      return [answer.status, headerOf(answer, 'www-authenticate')?.replace(/.*scope="|"$/g, '')];
    };
    expect(await answerTo({ scope: 'write audit', roles: ['editor'] })).toEqual([200, undefined]);
    expect(await answerTo({ scope: 'write', roles: ['editor'] })).toEqual([403, 'write audit']);
    expect((await answerTo({ scope: 'write audit' }))[0]).toBe(403);
    expect((await ask(app, { path: '/orders' })).status).toBe(401);
  });
});
