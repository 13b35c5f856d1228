import type { AddressInfo, Server } from 'node:net';
import {
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  Get,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  type MicroserviceOptions,
  Transport,
} from '@nestjs/microservices';
import { Auth, BearerAuthModule, OktaAuthGuard, Public, RequireAuthentication, RequireScope } from '@verifier/nest';
import { RpcAuthException, RpcAuthGuard } from '@verifier/nest/rpc';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { throwError } from 'rxjs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from './eventually.ts';
import { moduleOf } from './running-apps.ts';

let issuer: AuthorizationServer;
let token: string;
let offset = 0;
const handled = vi.fn();
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  token = await issuer.token({ scope: 'read' });
});

beforeEach(() => {
  offset = 0;
  handled.mockReset();
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

afterAll(() => issuer.close());

const clock = { now: () => Date.now() / 1000 + offset, monotonic: () => performance.now() / 1000 };
const auth = (more: object = {}) =>
  BearerAuthModule.forRoot({ issuer: issuer.issuer, audience: issuer.audience, clock, ...more });

class MessageGuard extends RpcAuthGuard {
  override getToken(context: ExecutionContext) {
    return context.switchToRpc().getData<{ token?: string } | undefined>()?.token;
  }
}

class SlowGuard extends RpcAuthGuard {
  override async getToken(context: ExecutionContext) {
    return context.switchToRpc().getData<{ token?: string } | undefined>()?.token;
  }
}

class TokenOrKeyGuard extends OktaAuthGuard {
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const result = await this.authenticate(context);
    return result.ok || this.answerError(context, result.error);
  }
}

function messagesWith(...decorators: ClassDecorator[]) {
  @Controller()
  class Messages {
    @MessagePattern('closed')
    closed(@Auth('scopes') scopes: string[]): string[] {
      handled('closed');
      return scopes;
    }

    @RequireScope('write')
    @MessagePattern('scoped')
    scoped(): string {
      handled('scoped');
      return 'ran';
    }

    @RequireAuthentication({ maxAge: 300 })
    @MessagePattern('transfer')
    transfer(): string {
      return 'transfer';
    }

    @Public()
    @MessagePattern('open')
    open(): string {
      return 'open';
    }

    @EventPattern('event')
    event(_data: unknown): void {
      handled('event');
    }

    @Public()
    @Get()
    route(): string {
      return 'route';
    }
  }
  for (const decorate of decorators) decorate(Messages);
  return Messages;
}

const tcp = { transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } } as const;

/** Sends messages over TCP. */
function clientOf(server: Server) {
  const { port }: AddressInfo = Object(server.address());
  const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { host: '127.0.0.1', port } });
  closing.push(() => client.close());
  return {
    send: (pattern: string, data: unknown = { token }) =>
      new Promise<unknown>((resolve) =>
        client.send(pattern, Object(data)).subscribe({ next: resolve, error: resolve }),
      ),
    emit: (pattern: string, data: unknown) =>
      new Promise<void>((resolve) =>
        client.emit(pattern, data).subscribe({ complete: resolve, error: () => resolve() }),
      ),
  };
}

async function startMicroservice(
  imports: ReturnType<typeof auth>[],
  controllers = [messagesWith(UseGuards(MessageGuard))],
) {
  const module = moduleOf({ imports, controllers });
  const options: MicroserviceOptions & { logger: false; abortOnError: false } = {
    ...tcp,
    logger: false,
    abortOnError: false,
  };
  const service = await NestFactory.createMicroservice<MicroserviceOptions>(module, options);
  closing.push(() => service.close());
  await service.listen();
  return clientOf(service.unwrap<Server>());
}

async function startHybrid(guard: typeof RpcAuthGuard, hybrid: object, options: object = {}) {
  const module = moduleOf({ imports: [auth(options)], controllers: [messagesWith(UseGuards(guard))] });
  const app = await NestFactory.create(module, { logger: false, abortOnError: false, forceCloseConnections: true });
  const service = app.connectMicroservice<MicroserviceOptions>(tcp, hybrid);
  closing.push(() => app.close());
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  return { ...clientOf(service.unwrap<Server>()), origin: await app.getUrl() };
}

const unauthorized = {
  status: 'error',
  statusCode: 401,
  error: 'unauthorized',
  message: 'The request has no access token',
  code: 16,
};

type Send = (pattern: string, data?: unknown) => Promise<unknown>;

async function expectGuarded(send: Send): Promise<void> {
  expect(await send('closed')).toEqual(['read']);
  expect(await send('open', {})).toBe('open');
  expect(handled.mock.calls).toEqual([['closed']]);
  expect(await send('closed', {})).toEqual(unauthorized);
  expect(await send('closed', { token: await issuer.sign({}, { kid: 'made-up' }) })).toMatchObject({
    statusCode: 401,
    error: 'invalid_token',
  });
  expect(await send('scoped')).toMatchObject({ statusCode: 403, error: 'insufficient_scope', scope: 'write' });
  expect(handled.mock.calls).toEqual([['closed']]);
}

describe('a microservice', () => {
  it('[STEP-UP-MESSAGES] denies an old login, and grants a recent one', async () => {
    const { send } = await startMicroservice([auth()]);
    expect(await send('transfer')).toEqual({
      code: 16,
      status: 'error',
      statusCode: 401,
      error: 'insufficient_user_authentication',
      message: 'The request needs another or a more recent login',
      maxAge: 300,
    });
    const recent = await issuer.sign({ auth_time: Math.floor(Date.now() / 1000) });
    expect(await send('transfer', { token: recent })).toBe('transfer');
  });

  it('[NEST-MESSAGE-RULES] guards its messages with the guard of the controller', async () => {
    await expectGuarded((await startMicroservice([auth()])).send);
  });

  it('[ACCESS-HIERARCHY] grants what the scope of the token implies', async () => {
    const { send } = await startMicroservice([auth({ scopeImplies: { read: ['write'] } })]);
    expect(await send('scoped')).toBe('ran');
  });

  it('[NEST-MESSAGE-RULES] guards its messages with the guard of the module', async () => {
    const guarded = await startMicroservice([auth({ guard: MessageGuard })], [messagesWith()]);
    await expectGuarded(guarded.send);
  });

  it('[NEST-MESSAGE-TOKEN] can look up the token of a message', async () => {
    await expectGuarded((await startMicroservice([auth()], [messagesWith(UseGuards(SlowGuard))])).send);
  });

  it.each([[{ token: {} }], [{ token: 1 }], [{ token: null }], [{ token: 'a b' }], ['text'], [[]], [7]])(
    '[NEST-MESSAGE-ANSWER] denies a client that sends %j',
    async (data) => {
      const { send } = await startMicroservice([auth()]);
      expect(await send('closed', data)).toMatchObject({ status: 'error', statusCode: expect.any(Number) });
      expect(handled).not.toHaveBeenCalled();
    },
  );

  it('[NEST-MESSAGE-VERDICT] handles no event without a token', async () => {
    const { emit, send } = await startMicroservice([auth()]);
    await emit('event', {});
    await emit('event', { token });
    expect(await send('open')).toBe('open');
    await eventually(() => expect(handled.mock.calls).toEqual([['event']]));
  });

  it('[NEST-MESSAGE-VERDICT] handles none of 20 messages that a forged token sends at once', async () => {
    const { send } = await startMicroservice([auth()]);
    const forged = await issuer.sign({ scope: 'read' }, { kid: 'made-up' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => send('closed', { token: forged })));
    expect(answers.every((answer) => Object(answer).status === 'error')).toBe(true);
    expect(handled).not.toHaveBeenCalled();
  });

  it('[NEST-MESSAGE-AGAIN] verifies the token of each message again', async () => {
    const { send } = await startMicroservice([auth()]);
    expect(await send('closed')).toEqual(['read']);
    offset = 3700;
    expect(await send('closed')).toMatchObject({ statusCode: 401, message: 'The access token expired' });
  });

  it('[NEST-MESSAGE-ANSWER] passes the error of a denied message to an exception filter', async () => {
    @Catch(RpcAuthException)
    class Filter implements ExceptionFilter<RpcAuthException> {
      catch({ cause, message }: RpcAuthException): unknown {
        return throwError(() => `${cause.code}: ${message}`);
      }
    }
    const { send } = await startMicroservice([auth()], [messagesWith(UseGuards(MessageGuard), UseFilters(Filter))]);
    expect(await send('closed', {})).toBe('ERR_CREDENTIALS_MISSING: The request has no access token');
  });

  it('[NEST-MESSAGE-TOKEN] does not start with a guard that does not know where its token is', async () => {
    class Unfinished extends (RpcAuthGuard as unknown as typeof MessageGuard) {}
    Object.defineProperty(Unfinished.prototype, 'getToken', { value: undefined });
    const started = startMicroservice([auth()], [messagesWith(UseGuards(Unfinished))]);
    await expect(started).rejects.toThrow(/extends it with getToken/);
  });
});

describe.each([
  ['without inheritAppConfig', {}],
  ['with inheritAppConfig', { inheritAppConfig: true }],
  ['with deferInitialization', { inheritAppConfig: true, deferInitialization: true }],
])('a hybrid application %s', (_case, hybrid) => {
  it('[NEST-MESSAGE-RULES] guards messages and routes', async () => {
    const { send, origin } = await startHybrid(Object(MessageGuard), hybrid);
    await expectGuarded(send);
    expect(await (await fetch(origin)).text()).toBe('route');
  });

  it('[ADAPTERS-COMPOSE] leaves messages to their guard if that of the module accepts a token or a key', async () => {
    const { send, origin } = await startHybrid(Object(MessageGuard), hybrid, { guard: TokenOrKeyGuard });
    await expectGuarded(send);
    expect(await (await fetch(origin)).text()).toBe('route');
  });
});
