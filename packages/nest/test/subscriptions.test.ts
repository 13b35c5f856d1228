import { ApolloDriver } from '@nestjs/apollo';
import { Logger, Module } from '@nestjs/common';
import { GraphQLModule, Query, Resolver, Subscription } from '@nestjs/graphql';
import { Auth, BearerAuthModule, RequireScope } from '@verifier/nest';
import { GqlAuthGuard } from '@verifier/nest/graphql';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { platforms } from './platforms.ts';
import { runningApps } from './running-apps.ts';

let issuer: AuthorizationServer;
let token: string;
const startApp = runningApps();

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  token = await issuer.token({ scope: 'read' });
});

afterAll(() => issuer.close());

@Resolver()
class Prices {
  @Query(() => String)
  price(): string {
    return '1';
  }

  @RequireScope('read')
  @Subscription(() => String)
  async *prices(@Auth('scopes') scopes: readonly string[]): AsyncGenerator<{ prices: string }> {
    yield await Promise.resolve({ prices: scopes.join() });
  }

  @RequireScope('write')
  @Subscription(() => String)
  async *orders(): AsyncGenerator<{ orders: string }> {
    yield await Promise.resolve({ orders: 'order' });
  }
}

/** Starts one operation over graphql-ws, and returns the first message about it. */
async function subscribe(origin: string, field: string, connectionParams?: object): Promise<unknown> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const send = (message: object): void => socket.send(JSON.stringify(message));
  return new Promise((resolve, reject) => {
    socket.onopen = () => send({ type: 'connection_init', payload: connectionParams });
    socket.onerror = () => reject(new Error('The connection failed'));
    socket.onclose = ({ code, reason }) => reject(new Error(`The connection was closed: ${code} ${reason}`));
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === 'connection_ack')
        return send({ id: '1', type: 'subscribe', payload: { query: `subscription { ${field} }` } });
      resolve(message);
      return socket.close();
    };
  });
}

describe.each(['Express', 'Fastify'])('a subscription over graphql-ws on %s', (platform) => {
  async function run(more: object = {}): Promise<string> {
    const subscriptions = { 'graphql-ws': true };
    const options = { driver: ApolloDriver, autoSchemaFile: true, graphiql: false, subscriptions, ...more };
    const { issuer: name, audience } = issuer;
    @Module({
      imports: [
        GraphQLModule.forRoot(Object(options)),
        BearerAuthModule.forRoot({ issuer: name, audience, guard: GqlAuthGuard }),
      ],
      providers: [Prices],
    })
    class App {}
    // Nest receives upgrade requests on its own server.
    const { origin } = await startApp(Object({ ...platforms[platform], serve: platforms['Fastify']?.serve }), App);
    return origin;
  }

  it.each(['Authorization', 'authorization'])(
    '[NEST-GRAPHQL-WS] has the token of connectionParams: %s',
    async (name) => {
      const origin = await run();
      expect(await subscribe(origin, 'prices', { [name]: `Bearer ${token}` })).toMatchObject({
        type: 'next',
        payload: { data: { prices: 'read' } },
      });
    },
  );

  it('[NEST-GRAPHQL-WS] has its token with the documented context of the application', async () => {
    const context = (connection: { req?: object }): object => ({ req: connection.req ?? connection, loaders: {} });
    const origin = await run({ context });
    expect(await subscribe(origin, 'prices', { Authorization: `Bearer ${token}` })).toMatchObject({
      payload: { data: { prices: 'read' } },
    });
    const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` };
    const response = await fetch(`${origin}/graphql`, { method: 'POST', headers, body: '{"query":"{ price }"}' });
    expect(await response.json()).toEqual({ data: { price: '1' } });
  });

  it.each<[string, string, object | undefined, string, string]>([
    ['no token', 'prices', undefined, 'UNAUTHENTICATED', 'The request has no access token'],
    ['a bad token', 'prices', { Authorization: 'Bearer a.b.c' }, 'UNAUTHENTICATED', 'The access token is invalid'],
    ['an object', 'prices', { Authorization: {} }, 'BAD_REQUEST', 'The Authorization header is malformed'],
  ])('[NEST-GRAPHQL-WS] is denied with %s', async (_case, field, params, code, message) => {
    const answer = await subscribe(await run(), field, params);
    expect(JSON.stringify(answer)).toContain(`"message":"${message}"`);
    expect(JSON.stringify(answer)).toContain(`"code":"${code}"`);
    expect(JSON.stringify(answer)).not.toContain('"http"');
  });

  it('[NEST-GRAPHQL-WS] is denied without its scope', async () => {
    const answer = JSON.stringify(await subscribe(await run(), 'orders', { Authorization: `Bearer ${token}` }));
    expect(answer).toContain('"code":"FORBIDDEN"');
  });

  it('[NEST-GRAPHQL-CONCEALED] tells the client nothing about a context without a request', async () => {
    const log = vi.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    onTestFinished(() => log.mockRestore());
    const origin = await run({ context: () => ({ req: {} }) });
    const answer = JSON.stringify(await subscribe(origin, 'prices', { Authorization: `Bearer ${token}` }));
    expect(answer).toContain('"message":"Internal Server Error"');
    expect(answer).not.toMatch(/OktaAuthGuard|getRequest|connectionParams/);
    expect(log).toHaveBeenCalledWith(
      expect.objectContaining({ message: expect.stringMatching(/must have it as req/) }),
    );
  });
});
