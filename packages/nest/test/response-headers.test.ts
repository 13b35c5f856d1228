import { ApolloDriver } from '@nestjs/apollo';
import { Controller, Get, Module, type Type } from '@nestjs/common';
import { GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import { MercuriusDriver } from '@nestjs/mercurius';
import { withResultHeader } from '@verifier/conformance';
import { BearerAuthModule, ConfigurationError, createVerifier, RequireScope, type Verifier } from '@verifier/nest';
import { GqlAuthGuard } from '@verifier/nest/graphql';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { platforms } from './platforms.ts';
import { ask, headerOf, moduleOf, type Question, runningApps } from './running-apps.ts';

let issuer: AuthorizationServer;
let verifier: Verifier;
let token: string;
const startApp = runningApps();

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  verifier = createVerifier({ issuer: issuer.issuer, audience: issuer.audience, optional: true });
  token = await issuer.token({ scope: 'read' });
});

afterAll(() => Promise.all([verifier.close(), issuer.close()]));

const reached = vi.fn();

@Controller()
class Routes {
  @Get()
  get(): string {
    reached();
    return 'ok';
  }

  @RequireScope('read')
  @Get('scoped')
  scoped(): string {
    return 'ok';
  }
}

describe.each(Object.entries(platforms))('on %s: the headers of a result', (_name, platform) => {
  async function send(
    given: Verifier,
    { credentials, ...question }: Question & { readonly credentials?: string } = {},
  ): Promise<{ status: number; nonce: string | undefined }> {
    const module = moduleOf({ imports: [BearerAuthModule.forRoot({ verifier: given })], controllers: [Routes] });
    const headers: Record<string, string> = credentials === undefined ? {} : { Authorization: `Bearer ${credentials}` };
    const answer = await ask(await startApp(platform, module), { ...question, headers });
    return { status: answer.status, nonce: headerOf(answer, 'dpop-nonce') };
  }

  it('[ADAPTERS-RESULT-HEADERS] are on the response of the application, also for an anonymous request', async () => {
    expect(await send(withResultHeader(verifier), { credentials: token })).toEqual({ status: 200, nonce: 'next' });
    expect(await send(withResultHeader(verifier))).toEqual({ status: 200, nonce: 'next' });
    expect(await send(withResultHeader(verifier), { path: '/scoped', credentials: token })).toEqual({
      status: 200,
      nonce: 'next',
    });
  });

  it('are on no response to credentials that are denied', async () => {
    expect(await send(withResultHeader(verifier), { credentials: 'nonsense' })).toEqual({
      status: 401,
      nonce: undefined,
    });
  });

  it('may be missing, as in the results of an earlier release', async () => {
    const earlier = { ...withResultHeader(verifier), authenticate: () => Object({ ok: true, auth: null }) };
    expect(await send(earlier)).toEqual({ status: 200, nonce: undefined });
  });

  it('are no part of a ConfigurationError of authenticate(), which is answered with 500', async () => {
    reached.mockClear();
    const result = verifier.authenticate(Object({}), Object({ scopes: 'x' }));
    await expect(result).rejects.toBeInstanceOf(ConfigurationError);
    expect(await send({ ...withResultHeader(verifier), authenticate: () => result }, { credentials: token })).toEqual({
      status: 500,
      nonce: undefined,
    });
    expect(reached).not.toHaveBeenCalled();
  });
});

@Resolver()
class Answers {
  @Query(() => String)
  first(): string {
    return 'first';
  }

  @Query(() => String)
  second(): string {
    return 'second';
  }
}

const withReply = { context: (_request: unknown, reply: unknown) => ({ reply }) };

describe.each([
  ['Express', 'Apollo', ApolloDriver, {}, 'next'],
  ['Fastify', 'Apollo, with the reply in its context', ApolloDriver, withReply, 'next'],
  // The default context has the request only, and Fastify has no way from there to the reply.
  ['Fastify', 'Apollo', ApolloDriver, {}, null],
  ['Fastify', 'Mercurius', MercuriusDriver, {}, 'next'],
] as const)('GraphQL on %s with %s: the headers of a result', (platformName, _driver, driver, more, nonce) => {
  const graphql = { driver, autoSchemaFile: true, graphiql: false, playground: false, ...more };

  function createModule(): Type {
    @Module({
      imports: [
        GraphQLModule.forRoot(Object(graphql)),
        BearerAuthModule.forRoot({ guard: GqlAuthGuard, verifier: withResultHeader(verifier) }),
      ],
      providers: [Answers],
    })
    class App {}
    return App;
  }

  it('are on the response of the operation, as far as the driver gives access to it', async () => {
    const { origin } = await startApp(Object(platforms[platformName]), createModule());
    for (const credentials of [{ Authorization: `Bearer ${token}` }, {}]) {
      const response = await fetch(`${origin}/graphql`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...credentials },
        body: JSON.stringify({ query: '{ first second }' }),
      });
      expect(await response.json()).toEqual({ data: { first: 'first', second: 'second' } });
      expect(response.headers.get('dpop-nonce')).toBe(nonce);
    }
  });
});
