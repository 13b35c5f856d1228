import { ApolloDriver } from '@nestjs/apollo';
import { type DynamicModule, Module, type Type, UseGuards } from '@nestjs/common';
import { GraphQLModule, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { MercuriusDriver } from '@nestjs/mercurius';
import { withPollution } from '@verifier/conformance';
import {
  Auth,
  BearerAuthModule,
  ConfigurationError,
  OktaAuth,
  OktaAuthGuard,
  Public,
  RequireScope,
} from '@verifier/nest';
import { GqlAuthGuard } from '@verifier/nest/graphql';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { platforms, type RunningNestApp } from './platforms.ts';
import { moduleOf, runningApps } from './running-apps.ts';

let issuer: AuthorizationServer;
let token: string;
const startApp = runningApps();

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  token = await issuer.token({ scope: 'read' });
});

afterAll(() => issuer.close());

interface Order {
  readonly id: string;
}

const typeDefs = `
  type Order { id: String! total: String tax: String }
  type Query { order: Order }
`;

@Resolver('Order')
class Orders {
  @Query()
  order(): Order {
    return { id: '1' };
  }
}

@Resolver('Order')
class WithoutRequirement extends Orders {
  @ResolveField()
  total(): string {
    return 'secret';
  }
}

@Resolver('Order')
class OnMethod extends Orders {
  @RequireScope('admin')
  @ResolveField()
  total(): string {
    return 'secret';
  }
}

@Resolver('Order')
@RequireScope('admin')
class OnClass {
  @ResolveField()
  total(): string {
    return 'secret';
  }
}

@Resolver('Order')
class OnGuards extends Orders {
  @UseGuards(OktaAuthGuard)
  @ResolveField()
  total(): string {
    return 'secret';
  }
}

@Resolver('Order')
class Overriding extends OnMethod {
  @ResolveField()
  override total(): string {
    return 'secret';
  }
}

@Resolver('Order')
class NothingRequired extends Orders {
  @Public()
  @ResolveField()
  total(): string {
    return 'open';
  }

  @OktaAuth({ optional: true })
  @ResolveField()
  tax(): string {
    return 'open';
  }
}

const drivers = [
  ['Express', 'Apollo', ApolloDriver],
  ['Fastify', 'Mercurius', MercuriusDriver],
] as const;

describe.each(drivers)('on %s with %s', (platformName, _driver, driver) => {
  const settings = { driver, typeDefs, graphiql: false, playground: false };
  const enhanced = { ...settings, fieldResolverEnhancers: ['guards'] };

  function start(graphql: DynamicModule, resolvers: Type[], global = true): Promise<RunningNestApp> {
    const auth = BearerAuthModule.forRoot({
      issuer: issuer.issuer,
      audience: issuer.audience,
      guard: GqlAuthGuard,
      global,
    });
    @Module({ imports: [auth, graphql], providers: resolvers })
    class App {}
    return startApp(Object(platforms[platformName]), App);
  }

  async function query({ origin }: RunningNestApp): Promise<unknown> {
    const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` };
    const body = JSON.stringify({ query: '{ order { id total } }' });
    return (await fetch(`${origin}/graphql`, { method: 'POST', headers, body })).json();
  }

  it.each<[string, Type[], RegExp]>([
    ['a decorator of the method', [OnMethod], /OnMethod\.total/],
    ['a decorator of the class', [Orders, OnClass], /OnClass\.total/],
    ['@UseGuards', [OnGuards], /OnGuards\.total/],
    ['a method that it overrides', [Overriding], /Overriding\.total/],
  ])('[NEST-FIELD-RESOLVERS] requirements of %s fail at start-up without guards', async (_place, resolvers, name) => {
    for (const global of [true, false]) {
      const graphql = GraphQLModule.forRoot(Object(settings));
      const fault = await start(graphql, resolvers, global).catch((error: unknown) => error);
      expect(fault).toBeInstanceOf(ConfigurationError);
      expect(String(fault)).toMatch(name);
      expect(String(fault)).toContain("fieldResolverEnhancers: ['guards']");
    }
  });

  it('[OPTIONS-OWN] fail at start-up whatever Object.prototype says', async () => {
    @Resolver('Order')
    class Fresh extends Orders {
      @RequireScope('admin')
      @ResolveField()
      total(): string {
        return 'secret';
      }
    }
    const graphql = GraphQLModule.forRoot(Object(settings));
    const started = withPollution(['optional', true], () => start(graphql, [Fresh]), false);
    await expect(started).rejects.toThrow(/Fresh\.total/);
  });

  it('[NEST-FIELD-RESOLVERS] also fail with options from a factory', async () => {
    const graphql = GraphQLModule.forRootAsync(Object({ driver, useFactory: async () => settings }));
    await expect(start(graphql, [OnMethod])).rejects.toThrow(/OnMethod\.total/);
  });

  it('[NEST-TOKEN-OF-HANDLER] each resolver gets the token that its own guard verified', async () => {
    const { issuer: trusted, audience } = issuer;
    const other = await issuer.token({ scope: 'write' });
    const moduleWith = (resolver: Type, options: object): DynamicModule => ({
      module: class {},
      imports: [
        BearerAuthModule.forRoot({ issuer: trusted, audience, guard: GqlAuthGuard, global: false, ...options }),
      ],
      providers: [resolver],
    });
    @Resolver()
    class First {
      @OktaAuth()
      @Query()
      first(@Auth('scopes') scopes: string[]): string {
        return String(scopes);
      }
    }
    @Resolver()
    class Second {
      @OktaAuth()
      @Query()
      second(@Auth('scopes') scopes: string[]): string {
        return String(scopes);
      }
    }
    const types = 'type Query { first: String second: String }';
    const graphql = GraphQLModule.forRoot(Object({ ...settings, typeDefs: types }));
    const imports = [graphql, moduleWith(First, {}), moduleWith(Second, { getToken: () => other })];
    const { origin } = await startApp(Object(platforms[platformName]), moduleOf({ imports }));
    const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` };
    const body = JSON.stringify({ query: '{ first second }' });
    // The guards run in the same turn if both tokens are cached.
    for (const _ of ['unseen', 'cached']) {
      const answer = await fetch(`${origin}/graphql`, { method: 'POST', headers, body });
      expect(await answer.json()).toEqual({ data: { first: 'read', second: 'write' } });
    }
  });

  it.each<[string, Type[]]>([
    ['the method', [OnMethod]],
    ['the class', [Orders, OnClass]],
    ['an overridden method', [Overriding]],
  ])('[NEST-FIELD-RESOLVERS] requirements of %s are enforced with guards', async (_place, resolvers) => {
    for (const global of [true, false]) {
      const app = await start(GraphQLModule.forRoot(Object(enhanced)), resolvers, global);
      const { data, errors } = Object(await query(app));
      expect(data).toEqual({ order: { id: '1', total: null } });
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
  });

  it.each<[string, Type[], string]>([
    ['none', [WithoutRequirement], 'secret'],
    ['none that deny a request', [NothingRequired], 'open'],
  ])('field resolvers with %s need no guards', async (_requirements, resolvers, total) => {
    const app = await start(GraphQLModule.forRoot(Object(settings)), resolvers);
    expect(await query(app)).toEqual({ data: { order: { id: '1', total } } });
  });
});
