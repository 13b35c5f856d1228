import { ApolloDriver } from '@nestjs/apollo';
import {
  Controller,
  createParamDecorator,
  type ExecutionContext,
  Get,
  Logger,
  Module,
  type Type,
} from '@nestjs/common';
import { GraphQLModule, Mutation, Query, Resolver } from '@nestjs/graphql';
import { MercuriusDriver } from '@nestjs/mercurius';
import {
  Auth,
  BearerAuthModule,
  type BearerAuthModuleOptions,
  getAuth,
  OktaAuth,
  OktaAuthGuard,
  Public,
  RequireAuthentication,
  RequireScope,
  type VerifiedToken,
} from '@verifier/nest';
import { GqlAuthGuard } from '@verifier/nest/graphql';
import { type AuthorizationServer, startAuthorizationServer, watchPoolSignatures } from '@verifier/test-issuer';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { platforms, type RunningNestApp } from './platforms.ts';
import { runningApps } from './running-apps.ts';

let issuer: AuthorizationServer;
let token: string;
const startApp = runningApps();

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  token = await issuer.token({ scope: 'read' });
});

afterAll(() => issuer.close());

const Scopes = createParamDecorator((_: unknown, context: ExecutionContext) => getAuth(context).scopes.join('+'));

@Resolver()
class Answers {
  @Public()
  @Query(() => String)
  open(): string {
    return 'open';
  }

  @Public()
  @Query(() => String, { nullable: true })
  unguarded(@Auth() auth: VerifiedToken): string {
    return auth.scopes.join();
  }

  @Query(() => String)
  closed(@Auth() auth: VerifiedToken, @Scopes() joined: string): string {
    return `${auth.scopes.join()} ${joined}`;
  }

  @RequireScope('write')
  @Query(() => String, { nullable: true })
  scoped(): string {
    return 'scoped';
  }

  @RequireAuthentication({ acr: 'phr' })
  @Query(() => String, { nullable: true })
  transfer(): string {
    return 'transfer';
  }

  @OktaAuth({ optional: true })
  @Query(() => String)
  optional(@Auth({ property: 'scopes', optional: true }) scopes: string[] | null): string {
    return String(scopes);
  }

  @Mutation(() => String, { nullable: true })
  change(): string {
    return 'changed';
  }

  @OktaAuth({ optional: true })
  @Query(() => String, { nullable: true })
  needed(@Auth('scopes') scopes: string[]): string {
    return String(scopes);
  }
}

@Controller('rest')
class Rest {
  @Get()
  get(): string {
    return 'ran';
  }
}

interface GraphqlAnswer {
  readonly status: number;
  readonly challenge: string | null;
  readonly retryAfter: string | null;
  readonly data: unknown;
  readonly errors: { message: string; code: unknown; path?: readonly string[] }[];
  readonly text: string;
}

const drivers = [
  ['Express', 'Apollo', ApolloDriver],
  ['Fastify', 'Apollo', ApolloDriver],
  ['Fastify', 'Mercurius', MercuriusDriver],
] as const;

describe.each(drivers)('on %s with %s', (platformName, _driver, driver) => {
  function moduleWith(options: BearerAuthModuleOptions & { guard?: Type<OktaAuthGuard> }): Type {
    const graphql = GraphQLModule.forRoot(Object({ driver, autoSchemaFile: true, graphiql: false, playground: false }));
    @Module({
      imports: [graphql, BearerAuthModule.forRoot({ guard: GqlAuthGuard, ...options })],
      controllers: [Rest],
      providers: [Answers],
    })
    class App {}
    return App;
  }

  const run = (more: object = {}): Promise<RunningNestApp> => {
    const options = { issuer: issuer.issuer, audience: issuer.audience, ...more };
    return startApp(Object(platforms[platformName]), moduleWith(options));
  };

  async function query(app: RunningNestApp, fields: string, bearer?: string): Promise<GraphqlAnswer> {
    const headers: Record<string, string> = { 'Content-Type': 'application/json' };
    if (bearer !== undefined) headers['Authorization'] = `Bearer ${bearer}`;
    const body = JSON.stringify({ query: /^(query|mutation) /.test(fields) ? fields : `{ ${fields} }` });
    const response = await fetch(`${app.origin}/graphql`, { method: 'POST', headers, body });
    const text = await response.text();
    const { data, errors = [] } = JSON.parse(text);
    return {
      status: response.status,
      challenge: response.headers.get('www-authenticate'),
      retryAfter: response.headers.get('retry-after'),
      data,
      errors: errors.map(({ message, extensions }: { message: string; extensions?: { code: unknown } }) => ({
        message,
        code: extensions?.code,
      })),
      text,
    };
  }

  it('grants access to a valid token, which @Auth() and getAuth(context) return', async () => {
    const answer = await query(await run(), 'open closed', token);
    expect(answer).toMatchObject({ data: { open: 'open', closed: 'read read' }, errors: [], challenge: null });
  });

  it('does not guard @Public() resolvers', async () => {
    expect(await query(await run(), 'open')).toMatchObject({ data: { open: 'open' }, errors: [] });
  });

  it.each([
    ['nothing', undefined, 'The request has no access token', 'Bearer realm="api"'],
    ['an invalid token', 'nonsense', 'The access token is invalid', /^Bearer realm="api", error="invalid_token"/],
  ])('denies %s as UNAUTHENTICATED, with its challenge', async (_case, bearer, message, challenge) => {
    const answer = await query(await run(), 'closed', bearer);
    expect(answer.data ?? null).toBeNull();
    expect(answer.errors).toEqual([{ message, code: 'UNAUTHENTICATED' }]);
    expect(answer.challenge).toMatch(challenge);
    expect(answer.text).not.toContain('"http"');
  });

  it('denies an insufficient scope as FORBIDDEN, and answers the other fields', async () => {
    const answer = await query(await run(), 'open scoped', token);
    expect(answer.data).toEqual({ open: 'open', scoped: null });
    expect(answer.errors).toEqual([{ message: 'The access token lacks a required scope', code: 'FORBIDDEN' }]);
    expect(answer.challenge).toContain('scope="write"');
  });

  it('[STEP-UP-MESSAGES] denies a weak login as UNAUTHENTICATED, answers the other fields, and grants a sufficient one', async () => {
    const app = await run();
    const answer = await query(app, 'open transfer', token);
    expect(answer.data).toEqual({ open: 'open', transfer: null });
    expect(answer.errors).toEqual([
      { message: 'The request needs another or a more recent login', code: 'UNAUTHENTICATED' },
    ]);
    expect(answer.challenge).toMatch(/error="insufficient_user_authentication".*, acr_values="phr"$/);
    const sufficient = await query(app, 'transfer', await issuer.sign({ acr: 'phr' }));
    expect(sufficient).toMatchObject({ data: { transfer: 'transfer' }, errors: [], challenge: null });
  });

  it('[ACCESS-HIERARCHY] grants what the scope of the token implies', async () => {
    const answer = await query(await run({ scopeImplies: { read: ['write'] } }), 'scoped', token);
    expect(answer).toMatchObject({ data: { scoped: 'scoped' }, errors: [] });
  });

  it('passes null for an anonymous request, or denies it, depending on the parameter', async () => {
    const answer = await query(await run(), 'optional needed');
    expect(answer.data).toEqual({ optional: 'null', needed: null });
    expect(answer.errors).toMatchObject([{ code: 'UNAUTHENTICATED' }]);
    expect(answer.challenge).toBe('Bearer realm="api"');
  });

  // The fields of a query run at once, those of a mutation one after the other.
  it.each([
    ['query', 'scoped'],
    ['mutation', 'change'],
  ])('[PROCESS-POOL-ONCE] verifies the token of a %s once for all of its fields', async (operation, field) => {
    const app = await run({ tokenCache: false });
    await query(app, 'closed', token);
    const fields = Array.from({ length: 200 }, (_, index) => `field${index}: ${field}`);
    for (const bearer of [token, `${token.slice(0, -10)}AAAAAAAAAA`]) {
      const signatures = watchPoolSignatures();
      onTestFinished(() => signatures.stop());
      const { text } = await query(app, `${operation} { ${fields.join(' ')} }`, bearer);
      expect(text).toContain('field199');
      expect(signatures.total).toBe(1);
    }
  });

  it('answers SERVICE_UNAVAILABLE while the keys are unavailable', async () => {
    const absent = await startAuthorizationServer();
    await absent.stop();
    const app = await run({ issuer: absent.issuer, audience: absent.audience });
    const bearer = await absent.sign({ scope: 'read' });
    const answer = await query(app, 'closed', bearer);
    expect(answer.errors).toMatchObject([{ code: 'SERVICE_UNAVAILABLE' }]);
    expect(answer.challenge).toBeNull();
    expect(Number(answer.retryAfter)).toBeGreaterThan(0);
  });

  it('answers HTTP routes of the same application as before', async () => {
    const { origin } = await run();
    const denied = await fetch(`${origin}/rest`);
    expect(denied.status).toBe(401);
    expect(await denied.text()).toBe('{"error":"unauthorized","error_description":"The request has no access token"}');
    const headers = { Authorization: `Bearer ${token}` };
    expect((await fetch(`${origin}/rest`, { headers })).status).toBe(200);
  });

  it('[NEST-GRAPHQL-CONCEALED] is denied as a whole by the guard for HTTP, whose message the client does not receive', async () => {
    const log = vi.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    onTestFinished(() => log.mockRestore());
    const answer = await query(await run({ guard: OktaAuthGuard }), 'closed', token);
    expect(answer.data ?? null).toBeNull();
    expect(answer.errors).toEqual([{ message: 'Internal Server Error', code: 'INTERNAL_SERVER_ERROR' }]);
    expect(answer.text).not.toMatch(/Guard|Module/);
    expect(log).toHaveBeenCalledWith(
      expect.objectContaining({ message: expect.stringMatching(/use GqlAuthGuard of @verifier\/nest\/graphql/) }),
    );
  });

  it('[NEST-GRAPHQL-CONCEALED] denies a resolver that reads the token of a public one, without its message', async () => {
    const log = vi.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    onTestFinished(() => log.mockRestore());
    const answer = await query(await run(), 'unguarded');
    expect(answer.errors).toEqual([{ message: 'Internal Server Error', code: 'INTERNAL_SERVER_ERROR' }]);
    expect(log).toHaveBeenCalledWith(
      expect.objectContaining({ message: expect.stringMatching(/^@Auth\(\) found no authenticated request/) }),
    );
  });
});
