import { connect as connectTcp } from 'node:net';
import { Catch, type ExceptionFilter, type INestApplication, UseFilters, UseGuards } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  Auth,
  BearerAuthModule,
  createVerifier,
  getAuth,
  OktaAuth,
  Public,
  RequireAuthentication,
  RequireClaims,
  RequireScope,
  type VerifiedToken,
} from '@verifier/nest';
import { WsAuthException, WsAuthGuard } from '@verifier/nest/ws';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from './eventually.ts';
import { libraries, runningGateways } from './gateway-apps.ts';

let issuer: AuthorizationServer;
let token: string;
const handled = vi.fn();
const startGateways = runningGateways();

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

@UseGuards(WsAuthGuard)
@WebSocketGateway()
class Orders {
  @SubscribeMessage('closed')
  closed(@Auth() { scopes }: VerifiedToken, @MessageBody() body: unknown): object {
    handled('closed');
    return { event: 'closed', data: { scopes, body } };
  }

  @RequireScope('write')
  @SubscribeMessage('scoped')
  scoped(): object {
    handled('scoped');
    return { event: 'scoped', data: 'ran' };
  }

  @RequireScope('write')
  @RequireAuthentication({ acr: ['mfa', 'phr'], maxAge: 300 })
  @SubscribeMessage('transfer')
  transfer(): object {
    handled('transfer');
    return { event: 'transfer', data: 'ran' };
  }

  @RequireClaims(({ client_id: client }) => client === 'test-client')
  @SubscribeMessage('claims')
  claims(@ConnectedSocket() client: object): object {
    return { event: 'claims', data: getAuth(client).clientId };
  }

  @Public()
  @SubscribeMessage('open')
  open(): object {
    return { event: 'open', data: 'open' };
  }

  @Public()
  @SubscribeMessage('curious')
  curious(@Auth({ optional: true }) token: VerifiedToken | null): void {
    handled('curious', token);
  }

  @OktaAuth({ optional: true })
  @SubscribeMessage('optional')
  optional(@Auth({ property: 'scopes', optional: true }) scopes: string[] | null): object {
    return { event: 'optional', data: scopes };
  }
}

const unauthorized = {
  status: 'error',
  statusCode: 401,
  error: 'unauthorized',
  message: 'The request has no access token',
};

const invalid = {
  status: 'error',
  statusCode: 401,
  error: 'invalid_token',
  message: 'The access token is invalid',
};

describe.each(libraries)('a gateway on %s', (_name, library) => {
  const start = (more: object = {}) => startGateways(library, { imports: [auth(more)], providers: [Orders] });

  async function answersTo(event: string, handshake: object = { token }, more: object = {}) {
    const client = await (await start(more)).connect(handshake);
    client.send(event, { id: 1 });
    await eventually(() => expect(client.received).not.toEqual([]));
    return { client, answer: client.received[0] };
  }

  it('[NEST-MESSAGE-RULES] passes the token of the upgrade request to the handler', async () => {
    const { answer } = await answersTo('closed');
    expect(answer).toEqual(['closed', { scopes: ['read'], body: { id: 1 } }]);
  });

  it('[NEST-MESSAGE-RULES] denies an insufficient scope, and keeps the connection', async () => {
    const { client, answer } = await answersTo('scoped');
    expect(answer).toEqual([
      'exception',
      {
        status: 'error',
        statusCode: 403,
        error: 'insufficient_scope',
        message: 'The access token lacks a required scope',
        scope: 'write',
      },
    ]);
    client.send('closed');
    await eventually(() => expect(client.received).toHaveLength(2));
    expect(handled.mock.calls).toEqual([['closed']]);
  });

  it('[STEP-UP-MESSAGES] denies a weak login, keeps the connection, and grants a sufficient one', async () => {
    const { client, answer } = await answersTo('transfer');
    expect(answer).toEqual([
      'exception',
      {
        status: 'error',
        statusCode: 401,
        error: 'insufficient_user_authentication',
        message: 'The request needs another or a more recent login',
        acrValues: 'mfa phr',
        maxAge: 300,
        scope: 'write',
      },
    ]);
    client.send('closed');
    await eventually(() => expect(client.received).toHaveLength(2));
    const login = { scope: 'write', acr: 'phr', auth_time: Math.floor(Date.now() / 1000) };
    expect((await answersTo('transfer', { token: await issuer.sign(login) })).answer).toEqual(['transfer', 'ran']);
    expect(handled.mock.calls).toEqual([['closed'], ['transfer']]);
  });

  it('[ACCESS-HIERARCHY] grants what the scope of the token implies', async () => {
    const { answer } = await answersTo('scoped', { token }, { scopeImplies: { read: ['write'] } });
    expect(answer).toEqual(['scoped', 'ran']);
  });

  it('[NEST-MESSAGE-RULES] grants claims that satisfy a predicate, and getAuth(client) returns the token', async () => {
    expect((await answersTo('claims')).answer).toEqual(['claims', 'test-client']);
  });

  it('[NEST-MESSAGE-RULES] handles public messages without a token', async () => {
    expect((await answersTo('open', {})).answer).toEqual(['open', 'open']);
  });

  it('[NEST-MESSAGE-RULES] hides the token of earlier messages from a public handler', async () => {
    const { client } = await answersTo('closed');
    client.send('curious');
    client.send('open');
    await eventually(() => expect(client.received).toContainEqual(['open', 'open']));
    expect(handled.mock.calls).toEqual([['closed'], ['curious', null]]);
  });

  it('[NEST-MESSAGE-RULES] passes null for an anonymous client if the handler allows it', async () => {
    expect((await answersTo('optional', {})).answer).toEqual(['optional', null]);
    expect((await answersTo('optional')).answer).toEqual(['optional', ['read']]);
    expect((await answersTo('closed', {}, { optional: true })).answer).toMatchObject(['exception', unauthorized]);
  });

  it.each([
    ['no token', () => ({}), unauthorized, 4401],
    ['another scheme', () => ({ headers: { Authorization: 'Basic YTpi' } }), unauthorized, 4401],
    ['an altered token', () => ({ token: `${token.slice(0, -8)}AAAAAAAA` }), invalid, 4401],
    ['a malformed token', () => ({ token: 'a b' }), { statusCode: 400, error: 'invalid_request' }, 4400],
  ])('[NEST-MESSAGE-ANSWER] answers %s and closes the connection', async (_case, handshake, data, code) => {
    const { client, answer } = await answersTo('closed', handshake());
    expect(answer).toMatchObject(['exception', data]);
    expect(await client.closed).toBe(library.closedBy(code));
    expect(handled).not.toHaveBeenCalled();
  });

  it('[NEST-MESSAGE-ANSWER] keeps the connection while the keys are unavailable', async () => {
    const absent = await startAuthorizationServer();
    const bearer = await absent.sign({ scope: 'read' });
    await absent.stop();
    const { client, answer } = await answersTo('closed', { token: bearer }, { issuer: absent.issuer });
    expect(answer).toMatchObject(['exception', { statusCode: 503, retryAfter: expect.any(Number) }]);
    client.send('open');
    await eventually(() => expect(client.received).toHaveLength(2));
  });

  it('[NEST-MESSAGE-ANSWER] passes the error of a denied message to an exception filter', async () => {
    const caught = vi.fn();
    @Catch(WsAuthException)
    class Filter implements ExceptionFilter<WsAuthException> {
      catch({ cause, message }: WsAuthException): void {
        caught(cause.code, message);
      }
    }
    @UseFilters(Filter)
    class Filtered extends Orders {}
    WebSocketGateway()(Filtered);
    const client = await (await startGateways(library, { imports: [auth()], providers: [Filtered] })).connect();
    client.send('closed');
    expect(await client.closed).toBe(library.closedBy(4401));
    expect(caught).toHaveBeenCalledExactlyOnceWith('ERR_CREDENTIALS_MISSING', 'The request has no access token');
    expect(client.received).toEqual([]);
  });

  it('[NEST-MESSAGE-VERDICT] handles none of 20 messages that a forged token sends at once', async () => {
    const forged = await issuer.sign({ scope: 'read write' }, { kid: 'made-up' });
    const client = await (await start()).connect({ token: forged });
    for (let count = 0; count < 20; count += 1) client.send('closed', count);
    expect(await client.closed).toBe(library.closedBy(4401));
    expect(client.received.filter(([event]) => event !== 'exception')).toEqual([]);
    expect(handled).not.toHaveBeenCalled();
  });

  it('[NEST-MESSAGE-BURST] verifies one signature for 500 messages that arrive together', async () => {
    const verifier = createVerifier({ issuer: issuer.issuer, audience: issuer.audience });
    await verifier.warmUp();
    const imports = [BearerAuthModule.forRoot({ verifier })];
    const app = await startGateways(library, { imports, providers: [Orders] });
    const altered = await app.connect({ token: `${token.slice(0, -8)}AAAAAAAA` });
    for (let count = 0; count < 500; count += 1) altered.send('closed', count);
    await altered.closed;
    expect(verifier.stats().refused).toEqual({ ERR_SIGNATURE_INVALID: 1 });
    const valid = await app.connect({ token: await issuer.token({ scope: 'read' }) });
    for (let count = 0; count < 500; count += 1) valid.send(count % 2 === 0 ? 'closed' : 'scoped', count);
    await eventually(() => expect(valid.received).toHaveLength(500));
    expect(handled.mock.calls.filter(([name]) => name === 'closed')).toHaveLength(250);
    expect(verifier.stats().tokenCache.misses).toBe(2);
    await verifier.close();
  });

  it('[NEST-MESSAGE-VERDICT] handles each of 20 messages of a token that it has not seen', async () => {
    const client = await (await start()).connect({ token: await issuer.token({ scope: 'read' }) });
    for (let count = 0; count < 20; count += 1) client.send('closed', count);
    await eventually(() => expect(client.received).toHaveLength(20));
    expect(handled).toHaveBeenCalledTimes(20);
  });
});

describe('a gateway on ws', () => {
  const [[, library] = Object([])] = libraries;

  it('[NEST-MESSAGE-VERDICT] handles no message of an adapter that hides the upgrade request', async () => {
    class Hiding extends WsAdapter {
      override bindClientConnect(...[server, callback]: Parameters<WsAdapter['bindClientConnect']>): void {
        super.bindClientConnect(server, (client: unknown) => callback(client));
      }
    }
    const adapter = (app: INestApplication): WsAdapter => new Hiding(app);
    const app = await startGateways({ ...library, adapter }, { imports: [auth()], providers: [Orders] });
    const client = await app.connect({ token });
    client.send('closed');
    client.send('open');
    await eventually(() => expect(client.received).toContainEqual(['open', 'open']));
    expect(handled).not.toHaveBeenCalled();
  });

  it('[NEST-MESSAGE-VERDICT] handles no message that arrives in the segment of the upgrade request', async () => {
    const forged = await issuer.sign({ scope: 'read' }, { kid: 'made-up' });
    const { origin } = await startGateways(library, { imports: [auth()], providers: [Orders] });
    const { port } = new URL(origin);
    const lines = [
      'GET / HTTP/1.1',
      `Host: 127.0.0.1:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      `Authorization: Bearer ${forged}`,
    ];
    const frames = Array.from({ length: 20 }, () => maskedFrame('{"event":"closed","data":1}'));
    const socket = connectTcp(Number(port), '127.0.0.1');
    socket.write(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), ...frames]));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    // The close frame with 4401 (RFC 6455, section 5.5.1).
    await eventually(() => expect(answer).toContain('\x88\x0f\x11\x31invalid_token'));
    socket.destroy();
    expect(answer).toContain('"exception"');
    expect(handled).not.toHaveBeenCalled();
  });
});

/** A text frame of at most 125 bytes, masked with zeros (RFC 6455, section 5.2). */
function maskedFrame(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
}
