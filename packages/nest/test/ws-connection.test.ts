import { randomUUID } from 'node:crypto';
import {
  Controller,
  type ExecutionContext,
  Get,
  Headers,
  Inject,
  Injectable,
  Module,
  Post,
  UseGuards,
} from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import { type OnGatewayConnection, type OnGatewayInit, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  Auth,
  BearerAuthModule,
  ConfigurationError,
  createVerifier,
  getAuth,
  OktaAuthGuard,
  RequireScope,
} from '@verifier/nest';
import { readSubprotocolToken, WsAuthGuard, type WsHandshake } from '@verifier/nest/ws';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { type Library, libraries, runningGateways } from './gateway-apps.ts';

let issuer: AuthorizationServer;
let token: string;
const handled = vi.fn();
const startGateways = runningGateways();
const [ws, socketIo]: readonly Library[] = libraries.map(([, library]) => library);

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  token = await issuer.token({ scope: 'read' });
});

beforeEach(() => {
  handled.mockReset();
});

afterAll(() => issuer.close());

const auth = (more: object = {}) =>
  BearerAuthModule.forRoot({ issuer: issuer.issuer, audience: issuer.audience, ...more });

function gatewayWith(guard: typeof WsAuthGuard, options: object = {}) {
  @UseGuards(guard)
  @WebSocketGateway(options)
  class Gateway {
    @SubscribeMessage('closed')
    closed(@Auth('clientId') clientId: string): object {
      handled();
      return { event: 'closed', data: clientId };
    }
  }
  return Gateway;
}

/** Sends one message and returns the answer. */
async function answerTo(client: { send(event: string): void; readonly received: readonly unknown[] }) {
  const before = client.received.length;
  client.send('closed');
  await eventually(() => expect(client.received.length).toBeGreaterThan(before));
  return client.received[before];
}

const unauthorizedAnswer = { status: 401, body: { error: 'unauthorized' } };
const invalidAnswer = { status: 401, body: { error: 'invalid_token' } };
const scopeAnswer = { status: 403, body: { error: 'insufficient_scope' } };
const granted = ['closed', 'test-client'];
const unauthorized = ['exception', { statusCode: 401, error: 'unauthorized' }];

describe('[NEST-MESSAGE-TOKEN] the token of a browser', () => {
  class SubprotocolGuard extends WsAuthGuard {
    override getToken({ request }: WsHandshake) {
      return readSubprotocolToken(request);
    }
  }

  const start = () => startGateways(Object(ws), { imports: [auth()], providers: [gatewayWith(SubprotocolGuard)] });

  it('can be a subprotocol, and the server selects another one', async () => {
    const client = await (await start()).connect({ protocols: ['orders.v1', `bearer.${token}`] });
    expect(await answerTo(client)).toEqual(granted);
  });

  it.each([
    ['no subprotocol', { token: 'ignored' }, unauthorized],
    ['another subprotocol', { protocols: ['orders.v1'] }, unauthorized],
    ['two tokens', { protocols: ['bearer.a', 'bearer.b'] }, ['exception', { statusCode: 400 }]],
    ['an empty token', { protocols: ['orders.v1', 'bearer.'] }, unauthorized],
  ])('is denied for %s', async (_case, handshake, answer) => {
    const client = await (await start()).connect(handshake);
    expect(await answerTo(client)).toMatchObject(answer);
    expect(handled).not.toHaveBeenCalled();
  });
});

describe('[NEST-MESSAGE-TOKEN] the handshake of socket.io', () => {
  class HandshakeGuard extends WsAuthGuard {
    override getToken({ auth: handshake }: WsHandshake) {
      return handshake['token'];
    }
  }

  const start = () => startGateways(Object(socketIo), { imports: [auth()], providers: [gatewayWith(HandshakeGuard)] });

  it('can carry the token', async () => {
    const client = await (await start()).connect({ auth: { token } });
    expect(await answerTo(client)).toEqual(granted);
  });

  it.each<[string, object, unknown[]]>([
    ['no token', {}, unauthorized],
    ['an object', { token: { toString: 'x' } }, ['exception', { statusCode: 400 }]],
    ['a number', { token: 1 }, ['exception', { statusCode: 400 }]],
    ['null', { token: null }, ['exception', { statusCode: 400 }]],
  ])('is denied with %s', async (_case, handshake, answer) => {
    const client = await (await start()).connect({ auth: Object(handshake) });
    expect(await answerTo(client)).toMatchObject(answer);
    expect(handled).not.toHaveBeenCalled();
  });
});

describe.each(libraries)('[NEST-MESSAGE-TOKEN] a ticket on %s', (_name, library) => {
  @Injectable()
  class Tickets {
    readonly #tokens = new Map<string, string>();

    issue(accessToken: string): string {
      const ticket = randomUUID();
      this.#tokens.set(ticket, accessToken);
      return ticket;
    }

    async redeem(ticket: string): Promise<string | undefined> {
      const accessToken = this.#tokens.get(ticket);
      this.#tokens.delete(ticket);
      return accessToken;
    }
  }

  @Module({ providers: [Tickets], exports: [Tickets] })
  class TicketsModule {}

  class TicketGuard extends WsAuthGuard {
    @Inject(Tickets)
    readonly tickets!: Tickets;

    override getToken({ request }: WsHandshake) {
      const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
      return this.tickets.redeem(searchParams.get('ticket') ?? '');
    }
  }

  @Controller('ticket')
  class TicketController {
    readonly tickets: Tickets;
    constructor(@Inject(Tickets) tickets: Tickets) {
      this.tickets = tickets;
    }

    @Post()
    issue(@Headers('authorization') authorization: string): string {
      return this.tickets.issue(authorization.slice('Bearer '.length));
    }
  }

  const start = () =>
    startGateways(library, {
      imports: [auth(), TicketsModule],
      controllers: [TicketController],
      providers: [gatewayWith(TicketGuard)],
    });

  it('opens one connection', async () => {
    const app = await start();
    const headers = { Authorization: `Bearer ${token}` };
    const response = await fetch(`${app.origin}/ticket`, { method: 'POST', headers });
    const query = `?ticket=${await response.text()}`;
    const client = await app.connect({ query });
    expect(await answerTo(client)).toEqual(granted);
    expect(await answerTo(client)).toEqual(granted);
    expect(await answerTo(await app.connect({ query }))).toMatchObject(unauthorized);
    expect((await fetch(`${app.origin}/ticket`, { method: 'POST' })).status).toBe(401);
  });
});

describe.each(libraries)('an open connection on %s', (_name, library) => {
  let offset = 0;
  const clock = { now: () => Date.now() / 1000 + offset, monotonic: () => performance.now() / 1000 };

  afterEach(() => {
    offset = 0;
  });

  const start = (more: object = {}) =>
    startGateways(library, { imports: [auth({ clock, ...more })], providers: [gatewayWith(WsAuthGuard)] });

  it('[NEST-MESSAGE-AGAIN] is closed by the first message after the expiry of its token', async () => {
    const client = await (await start()).connect({ token });
    expect(await answerTo(client)).toEqual(granted);
    offset = 3700;
    const message = 'The access token expired';
    expect(await answerTo(client)).toMatchObject(['exception', { statusCode: 401, message }]);
    expect(await client.closed).toBe(library.closedBy(4401));
    expect(handled).toHaveBeenCalledOnce();
  });

  it('[NEST-MESSAGE-AGAIN] is closed at the expiry of its token without another message', async () => {
    const exp = Date.now() / 1000 + 2;
    const client = await (await start({ clockTolerance: 0 })).connect({ token: await issuer.sign({ exp }) });
    expect(await answerTo(client)).toEqual(granted);
    expect(await client.closed).toBe(library.closedBy(4401));
    expect(Date.now() / 1000).toBeGreaterThanOrEqual(exp);
  });

  it('[NEST-MESSAGE-AGAIN] is closed by the first message after its token was rejected', async () => {
    const rejected = vi.fn(() => true);
    const client = await (await start({ validate: () => rejected() || 'revoked' })).connect({ token });
    expect(await answerTo(client)).toEqual(granted);
    rejected.mockReturnValue(false);
    expect(await answerTo(client)).toMatchObject(['exception', { statusCode: 401, error: 'invalid_token' }]);
    expect(await client.closed).toBe(library.closedBy(4401));
  });

  it('[NEST-MESSAGE-AGAIN] is closed by the first message after its key was removed', async () => {
    const rotating = await startAuthorizationServer();
    const verifier = createVerifier({ issuer: rotating.issuer, audience: rotating.audience });
    const providers = [gatewayWith(WsAuthGuard)];
    const app = await startGateways(library, { imports: [BearerAuthModule.forRoot({ verifier })], providers });
    const client = await app.connect({ token: await rotating.token() });
    expect(await answerTo(client)).toEqual(granted);
    await rotating.rotate();
    rotating.retire();
    verifier.clear();
    expect(await answerTo(client)).toMatchObject(['exception', { statusCode: 401, error: 'invalid_token' }]);
    expect(await client.closed).toBe(library.closedBy(4401));
    await verifier.close();
    await rotating.close();
  });

  it('[NEST-MESSAGE-AGAIN] refuses further messages until the close is complete', async () => {
    const client = await (await start()).connect({ token: 'a.b.c' });
    for (let count = 0; count < 5; count += 1) client.send('closed');
    await client.closed;
    expect(handled).not.toHaveBeenCalled();
  });
});

describe.each(libraries)('authenticateConnections on %s', (name, library) => {
  function pricesWith(requirements?: object) {
    @UseGuards(WsAuthGuard)
    @WebSocketGateway()
    class Prices implements OnGatewayInit, OnGatewayConnection {
      readonly guard: WsAuthGuard;
      constructor(@Inject(WsAuthGuard) guard: WsAuthGuard) {
        this.guard = guard;
      }

      afterInit(server: object): void {
        this.guard.authenticateConnections(server, requirements);
      }

      handleConnection(client: { send(...data: unknown[]): void; emit(...data: unknown[]): void }): void {
        handled();
        const data = getAuth(client).clientId;
        if ('readyState' in client) client.send(JSON.stringify({ event: 'hello', data }));
        else client.emit('hello', data);
      }

      @SubscribeMessage('closed')
      closed(@Auth('clientId') clientId: string): object {
        return { event: 'closed', data: clientId };
      }
    }
    return Prices;
  }

  const start = (more: object = {}, gateways = [pricesWith({ scope: 'read' })]) =>
    startGateways(library, { imports: [auth(more)], providers: [...gateways, WsAuthGuard] });

  it('[NEST-MESSAGE-VERDICT] passes the token to handleConnection', async () => {
    const client = await (await start()).connect({ token });
    await eventually(() => expect(client.received).toEqual([['hello', 'test-client']]));
    expect(await answerTo(client)).toEqual(granted);
  });

  it.each([
    ['no token', async () => ({}), unauthorizedAnswer],
    ['a forged token', async () => ({ token: await issuer.sign({}, { kid: 'made-up' }) }), invalidAnswer],
    ['an insufficient scope', async () => ({ token: await issuer.token({ scope: 'write' }) }), scopeAnswer],
  ])('[NEST-MESSAGE-VERDICT] creates no client for %s', async (_case, handshake, answer) => {
    const app = await start();
    await expect(library.refusal(app.origin, await handshake())).resolves.toMatchObject(answer);
    expect(handled).not.toHaveBeenCalled();
  });

  it('[NEST-MESSAGE-AGAIN] closes a connection without messages when its token expires', async () => {
    const exp = Date.now() / 1000 + 2;
    const client = await (await start({ clockTolerance: 0 }, [pricesWith()])).connect({
      token: await issuer.sign({ exp }),
    });
    expect(await client.closed).toBe(library.closedBy(4401));
    expect(Date.now() / 1000).toBeGreaterThanOrEqual(exp);
  });

  it('[NEST-MESSAGE-VERDICT] applies the requirements of each gateway that shares the server', async () => {
    const app = await start({}, [pricesWith({ scope: 'read' }), pricesWith({ scope: 'write' })]);
    expect(await library.refusal(app.origin, { token })).toMatchObject(scopeAnswer);
    await expect(app.connect({ token: await issuer.token({ scope: 'read write' }) })).resolves.toBeDefined();
  });

  it('[NEST-MESSAGE-ANSWER] reports an exception of `validate` as a fault of the application', async () => {
    const validate = (): never => {
      throw new Error('a secret of the application');
    };
    const refusal = await library.refusal((await start({ validate })).origin, { token });
    expect(refusal).toMatchObject({ status: 500, ...(name === 'ws' ? { cache: 'no-store' } : {}) });
    expect(JSON.stringify(refusal)).not.toContain('secret');
  });
});

it('[NEST-MESSAGE-VERDICT] answers a denied upgrade request as any other request', async () => {
  @WebSocketGateway()
  class Prices implements OnGatewayInit {
    readonly guard: WsAuthGuard;
    constructor(@Inject(WsAuthGuard) guard: WsAuthGuard) {
      this.guard = guard;
    }
    afterInit(server: object): void {
      this.guard.authenticateConnections(server);
    }
  }
  @Controller('route')
  class Route {
    @Get()
    get(): void {}
  }
  const app = await startGateways(Object(ws), {
    imports: [auth()],
    controllers: [Route],
    providers: [Prices, WsAuthGuard],
  });
  const route = await fetch(`${app.origin}/route`);
  expect(await Object(ws).refusal(app.origin)).toMatchObject({
    status: 401,
    challenge: route.headers.get('www-authenticate'),
    cache: route.headers.get('cache-control') ?? undefined,
    type: route.headers.get('content-type')?.split(';')[0],
    body: await route.json(),
  });
});

it.each([
  ['another library', {}],
  ['another verifyClient', { options: { verifyClient: () => true }, handleUpgrade: () => {} }],
])('[NEST-MESSAGE-GUARDED] authenticateConnections refuses a server with %s', (_case, server) => {
  const guard = new WsAuthGuard(Object({}), Object({}), new ApplicationConfig());
  expect(() => guard.authenticateConnections(server)).toThrow(ConfigurationError);
});

describe.each(libraries)('gateways on %s', (_name, library) => {
  it('[NEST-MESSAGE-VERDICT] can share a server, and each denies by its own guard', async () => {
    class SilentGuard extends WsAuthGuard {
      override getToken(): undefined {
        return undefined;
      }
    }
    @UseGuards(SilentGuard)
    @WebSocketGateway()
    class Second {
      @SubscribeMessage('second')
      second(): void {
        handled();
      }
    }
    const providers = [gatewayWith(WsAuthGuard), Second];
    const client = await (await startGateways(library, { imports: [auth()], providers })).connect({ token });
    expect(await answerTo(client)).toEqual(granted);
    handled.mockReset();
    client.send('second');
    await eventually(() => expect(client.received[1]).toMatchObject(unauthorized));
    expect(handled).not.toHaveBeenCalled();
  });

  it('[NEST-TOKEN-OF-HANDLER] can share a client, and each handler gets the token that its own guard verified', async () => {
    const other = await issuer.token({ scope: 'write' });
    class OtherGuard extends WsAuthGuard {
      override getToken(): string {
        return other;
      }
    }
    @UseGuards(WsAuthGuard)
    @WebSocketGateway()
    class First {
      @SubscribeMessage('first')
      on(@Auth('scopes') data: string[]): object {
        return { event: 'first', data };
      }
    }
    @UseGuards(OtherGuard)
    @WebSocketGateway()
    class Second {
      @SubscribeMessage('second')
      on(@Auth('scopes') data: string[]): object {
        return { event: 'second', data };
      }
    }
    const app = await startGateways(library, { imports: [auth()], providers: [First, Second] });
    const client = await app.connect({ token });
    for (const event of ['first', 'second', 'first', 'second']) client.send(event);
    await eventually(() => expect(client.received).toHaveLength(4));
    expect(new Set(client.received.map(String))).toEqual(new Set(['first,read', 'second,write']));
  });

  it('[NEST-MESSAGE-RULES] enforce decorators by the guard of the module', async () => {
    @WebSocketGateway()
    class Decorated {
      @RequireScope('read')
      @SubscribeMessage('closed')
      closed(@Auth('clientId') clientId: string): object {
        return { event: 'closed', data: clientId };
      }
    }
    const imports = [auth({ guard: WsAuthGuard })];
    const app = await startGateways(library, { imports, providers: [Decorated] });
    expect(await answerTo(await app.connect({ token }))).toEqual(granted);
    expect(await answerTo(await app.connect())).toMatchObject(unauthorized);
  });

  it('[NEST-MESSAGE-RULES] apply requirements next to their guard in either order', async () => {
    @RequireScope('write')
    @UseGuards(WsAuthGuard)
    @WebSocketGateway()
    class Before {
      @SubscribeMessage('closed')
      closed(): void {
        handled();
      }
    }
    @UseGuards(WsAuthGuard)
    @RequireScope('write')
    @WebSocketGateway()
    class After extends Before {}
    for (const gateway of [Before, After]) {
      const app = await startGateways(library, { imports: [auth()], providers: [gateway] });
      expect(await answerTo(await app.connect({ token }))).toMatchObject(['exception', { statusCode: 403 }]);
    }
    expect(handled).not.toHaveBeenCalled();
  });

  it('[NEST-MESSAGE-VERDICT] can accept other credentials, and deny with the error of the token', async () => {
    class TokenOrKeyGuard extends WsAuthGuard {
      override async canActivate(context: ExecutionContext): Promise<boolean> {
        const result = await this.authenticate(context);
        if (result.ok || context.switchToWs().getData()?.key === 'good') return true;
        return this.answerError(context, result.error);
      }
    }
    @UseGuards(TokenOrKeyGuard)
    @WebSocketGateway()
    class Keyed {
      @SubscribeMessage('closed')
      closed(): object {
        return { event: 'closed', data: 'test-client' };
      }
    }
    const app = await startGateways(library, { imports: [auth()], providers: [Keyed] });
    const client = await app.connect();
    client.send('closed', { key: 'good' });
    await eventually(() => expect(client.received).toEqual([granted]));
    expect(await answerTo(client)).toMatchObject(unauthorized);
    expect(await client.closed).toBe(library.closedBy(4401));
  });

  it('[ADAPTERS-COMPOSE] deny by their own guard if that of the module accepts a token or a key', async () => {
    class TokenOrKeyGuard extends OktaAuthGuard {
      override async canActivate(context: ExecutionContext): Promise<boolean> {
        const result = await this.authenticate(context);
        return result.ok || this.answerError(context, result.error);
      }
    }
    @UseGuards(WsAuthGuard)
    @WebSocketGateway()
    class Scoped {
      @RequireScope('read')
      @SubscribeMessage('closed')
      closed(@Auth('clientId') clientId: string): object {
        return { event: 'closed', data: clientId };
      }
    }
    const app = await startGateways(library, { imports: [auth({ guard: TokenOrKeyGuard })], providers: [Scoped] });
    expect(await answerTo(await app.connect({ token }))).toEqual(granted);
    expect(await answerTo(await app.connect())).toMatchObject(unauthorized);
  });

  it('[NEST-MESSAGE-VERDICT] can listen on a port of their own', async () => {
    const port = await freePort();
    @UseGuards(WsAuthGuard)
    @WebSocketGateway(port)
    class Elsewhere {
      @SubscribeMessage('closed')
      closed(@Auth('clientId') clientId: string): object {
        return { event: 'closed', data: clientId };
      }
    }
    await startGateways(library, { imports: [auth()], providers: [Elsewhere] });
    const client = await library.connect(`http://127.0.0.1:${port}`, { token });
    expect(await answerTo(client)).toEqual(granted);
    client.close();
    const anonymous = await library.connect(`http://127.0.0.1:${port}`);
    expect(await answerTo(anonymous)).toMatchObject(unauthorized);
    anonymous.close();
  });

  it('[NEST-MESSAGE-VERDICT] can run on Fastify', async () => {
    const app = await startGateways(library, { imports: [auth()], providers: [gatewayWith(WsAuthGuard)] }, 'Fastify');
    expect(await answerTo(await app.connect({ token }))).toEqual(granted);
    expect(await answerTo(await app.connect())).toMatchObject(unauthorized);
  });
});

it('[NEST-MESSAGE-VERDICT] guards a namespace of socket.io by the handshake of that namespace', async () => {
  class HandshakeGuard extends WsAuthGuard {
    override getToken({ auth: handshake }: WsHandshake) {
      return handshake['token'];
    }
  }
  const providers = [gatewayWith(HandshakeGuard, { namespace: 'orders' })];
  const app = await startGateways(Object(socketIo), { imports: [auth()], providers });
  expect(await answerTo(await app.connect({ query: 'orders', auth: { token } }))).toEqual(granted);
  expect(await answerTo(await app.connect({ query: 'orders' }))).toMatchObject(unauthorized);
});
