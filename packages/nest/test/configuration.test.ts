import {
  Controller,
  type DynamicModule,
  Get,
  Inject,
  Injectable,
  Module,
  type ModuleMetadata,
  type Type,
  UseGuards,
} from '@nestjs/common';
import {
  Auth,
  type AuthOptionsFactory,
  BearerAuth,
  BearerAuthGuard,
  BearerAuthModule,
  type BearerAuthModuleOptions,
  ConfigurationError,
  createVerifier,
  OktaAuth,
  OktaAuthGuard,
  OktaAuthModule,
  type OktaAuthModuleOptions,
  Public,
  RequireAnyScope,
  RequireAuthentication,
  RequireClaims,
  RequireScope,
} from '@verifier/nest';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Platform, platforms } from './platforms.ts';
import { ask, moduleOf, runningApps } from './running-apps.ts';

let issuer: AuthorizationServer;
let other: AuthorizationServer;
const startApp = runningApps();
const platform: Platform = Object(platforms['Express']);

beforeAll(async () => {
  [issuer, other] = await Promise.all([
    startAuthorizationServer({ path: '/oauth2/default', audience: 'api://default' }),
    startAuthorizationServer(),
  ]);
});

afterAll(() => Promise.all([issuer.close(), other.close()]));

beforeEach(() => {
  vi.stubEnv('OKTA_OAUTH2_ISSUER', undefined);
  vi.stubEnv('OKTA_OAUTH2_AUDIENCE', undefined);
});

@Controller()
class Routes {
  @Get()
  get(): string {
    return 'ran';
  }
}

const optionsOf = ({ issuer, audience }: AuthorizationServer): BearerAuthModuleOptions => ({ issuer, audience });

const bearer = async (from: AuthorizationServer, scope?: string): Promise<Record<string, string>> => ({
  Authorization: `Bearer ${await from.token({ scope })}`,
});

/** The error that an application fails to start with. */
async function startFault(module: Type | DynamicModule): Promise<unknown> {
  const app = await platform.create(module).catch((error: unknown) => error);
  return app instanceof Error
    ? app
    : Object(app)
        .init()
        .catch((error: unknown) => error);
}

async function expectFault(metadata: ModuleMetadata, message: RegExp): Promise<void> {
  const fault = await startFault(moduleOf(metadata));
  expect(fault).toBeInstanceOf(ConfigurationError);
  expect(String(fault)).toMatch(message);
}

/** The answers to a request with a token and to one without. */
async function answers(module: Type, path = '/', from = issuer): Promise<[number, number]> {
  const app = await startApp(platform, module);
  const headers = await bearer(from);
  return [(await ask(app, { path, headers })).status, (await ask(app, { path })).status];
}

describe('OktaAuthModule.forRoot() without options', () => {
  it('reads OKTA_OAUTH2_ISSUER, and uses the audience of the default authorization server', async () => {
    vi.stubEnv('OKTA_OAUTH2_ISSUER', issuer.issuer);
    const module = moduleOf({ imports: [OktaAuthModule.forRoot()], controllers: [Routes] });
    expect(await answers(module)).toEqual([200, 401]);
  });

  it('names what to set if nothing is', async () => {
    await expectFault({ imports: [OktaAuthModule.forRoot()] }, /OKTA_OAUTH2_ISSUER/);
    vi.stubEnv('OKTA_OAUTH2_ISSUER', 'https://example.okta.com/oauth2/orders');
    await expectFault({ imports: [OktaAuthModule.forRoot()] }, /OKTA_OAUTH2_AUDIENCE/);
  });
});

describe('forRootAsync', () => {
  const settingsToken = 'SETTINGS';

  @Module({ providers: [{ provide: settingsToken, useFactory: () => optionsOf(issuer) }], exports: [settingsToken] })
  class Settings {}

  @Injectable()
  class Factory implements AuthOptionsFactory<BearerAuthModuleOptions> {
    async createAuthOptions(): Promise<BearerAuthModuleOptions> {
      return optionsOf(issuer);
    }
  }

  @Module({ providers: [Factory], exports: [Factory] })
  class Factories {}

  it.each<[string, () => DynamicModule]>([
    [
      'useFactory, inject and imports',
      () =>
        BearerAuthModule.forRootAsync({
          imports: [Settings],
          inject: [settingsToken],
          useFactory: async (options: BearerAuthModuleOptions) => options,
        }),
    ],
    ['useClass', () => BearerAuthModule.forRootAsync({ useClass: Factory })],
    ['useExisting', () => BearerAuthModule.forRootAsync({ imports: [Factories], useExisting: Factory })],
    ['OktaAuthModule', () => OktaAuthModule.forRootAsync({ useFactory: () => ({ issuer: issuer.issuer }) })],
  ])('guards every route: %s', async (_name, register) => {
    expect(await answers(moduleOf({ imports: [register()], controllers: [Routes] }))).toEqual([200, 401]);
  });

  it('guards only routes with the guard if global is false', async () => {
    @Controller('closed')
    @UseGuards(BearerAuthGuard)
    class Closed extends Routes {}
    const imports = [BearerAuthModule.forRootAsync({ global: false, useFactory: () => optionsOf(issuer) })];
    const module = moduleOf({ imports, controllers: [Routes, Closed] });
    expect(await answers(module)).toEqual([200, 200]);
    expect(await answers(module, '/closed')).toEqual([200, 401]);
  });

  it('names what is missing, immediately', () => {
    expect(() => OktaAuthModule.forRootAsync(Object({ inject: [] }))).toThrow(ConfigurationError);
    expect(() => BearerAuthModule.forRootAsync(Object(undefined))).toThrow(/useFactory, useClass or useExisting/);
  });

  it('fails to start if the factory fails, or returns settings of the module', async () => {
    const failing = OktaAuthModule.forRootAsync({ useFactory: () => Promise.reject(new RangeError('no settings')) });
    expect(await startFault(failing)).toEqual(new RangeError('no settings'));
    const useFactory = (): OktaAuthModuleOptions => Object({ ...optionsOf(issuer), global: false });
    await expectFault({ imports: [OktaAuthModule.forRootAsync({ useFactory })] }, /global belongs next to useFactory/);
  });
});

describe('[ADAPTERS-AT-START] invalid options', () => {
  const good = { issuer: 'https://issuer.example', audience: 'a' };

  it.each<[string, object | undefined]>([
    ['no options', undefined],
    ['no issuer', { audience: 'a' }],
    ['no audience', { issuer: good.issuer }],
    ['an unknown option', { ...good, audiense: 'b' }],
    ['an unknown onError', { ...good, onError: 'throw' }],
    ['an issuer without TLS', { ...good, issuer: 'http://issuer.example' }],
    ['options in addition to a verifier', { verifier: createVerifier(good), audience: 'a' }],
    ['warmUp that is no boolean', { ...good, warmUp: 'yes' }],
  ])('fail at start-up: %s', async (_name, options) => {
    await expectFault({ imports: [BearerAuthModule.forRoot(Object(options))], controllers: [Routes] }, /./);
  });

  it.each<[string, DynamicModule, RegExp]>([
    [
      'OktaAuthModule',
      OktaAuthModule.forRoot(),
      /: OktaAuthModule\.forRoot: issuer is missing: set OKTA_OAUTH2_ISSUER/,
    ],
    [
      'BearerAuthModule',
      BearerAuthModule.forRoot(Object({ ...good, issuerBaseURL: 'b' })),
      /: BearerAuthModule\.forRoot: issuerBaseURL is not an option: did you mean issuer\?$/,
    ],
    [
      'forRootAsync',
      BearerAuthModule.forRootAsync({ useFactory: () => ({ ...good, audience: ' a' }) }),
      /: BearerAuthModule\.forRoot: audience begins or ends with white space$/,
    ],
  ])('name the module: %s', async (_name, module, message) => {
    vi.stubEnv('OKTA_OAUTH2_ISSUER', undefined);
    await expectFault({ imports: [module], controllers: [Routes] }, message);
  });

  it('are reported as such, and not as a missing module, if a guard depends on them', async () => {
    @Controller()
    @RequireScope('read')
    @UseGuards(OktaAuthGuard)
    class Closed extends Routes {}
    const imports = [BearerAuthModule.forRoot(Object({ ...good, audiense: 'b' }))];
    await expectFault({ imports, controllers: [Closed] }, /audiense/);
  });

  it.each<[string, object]>([
    ['a global that is no boolean', { ...good, global: 'no' }],
    ['a guard that does not extend OktaAuthGuard', { ...good, guard: class {} }],
  ])('are rejected immediately: %s', (_name, options) => {
    expect(() => BearerAuthModule.forRoot(Object(options))).toThrow(ConfigurationError);
  });
});

describe('[ADAPTERS-AT-START] invalid decorators', () => {
  const inherited = Object.assign(Object.create({ __proto__: null, scope: 'read' }), { securityScheme: 'a' });

  it.each<[string, () => unknown]>([
    ['@RequireScope without a scope', () => RequireScope()],
    ['@RequireScope with an empty array', () => RequireScope([])],
    ['@RequireScope with an illegal scope', () => RequireScope('read"')],
    ['@RequireAnyScope without a scope', () => RequireAnyScope()],
    ['@RequireClaims without a function', () => RequireClaims(Object('tenant'))],
    ['@OktaAuth with an unknown requirement', () => OktaAuth(Object({ scopes: ['read'] }))],
    ['@OktaAuth without a scope', () => OktaAuth({ scope: [] })],
    ['@OktaAuth with an undefined scope', () => OktaAuth(Object({ scope: undefined }))],
    [
      '@OktaAuth with an undefined scope and a scheme',
      () => OktaAuth(Object({ scope: undefined, securityScheme: 'a' })),
    ],
    ['@OktaAuth with an optional that is no boolean', () => OktaAuth(Object({ optional: 'yes' }))],
    ['@OktaAuth with null', () => OktaAuth(null as never)],
    ['@OktaAuth with a number', () => OktaAuth(5 as never)],
    ['@OktaAuth with a scope', () => OktaAuth('read' as never)],
    ['@OktaAuth with a list', () => OktaAuth(['read'] as never)],
    ['@OktaAuth with an empty list', () => OktaAuth([] as never)],
    ['@OktaAuth with a predicate', () => OktaAuth((() => true) as never)],
    ['@OktaAuth with a map', () => OktaAuth(new Map([['scope', 'read']]) as never)],
    ['@OktaAuth with inherited requirements', () => OktaAuth(Object.create({ scope: 'read' }))],
    ['@OktaAuth with a scheme and inherited requirements', () => OktaAuth(inherited)],
    ['@OktaAuth with an empty scheme', () => BearerAuth({ securityScheme: '' })],
  ])('throw when they are applied: %s', (_name, decorator) => {
    expect(decorator).toThrow(ConfigurationError);
  });

  it.each<[string, object]>([
    ['@Public()', Public],
    ["@RequireScope('read:orders')", RequireScope],
    ["@RequireAnyScope('read:orders')", RequireAnyScope],
    ['@RequireAuthentication({ maxAge: 300 })', RequireAuthentication],
    ['@RequireClaims((claims) =>', RequireClaims],
    ['@OktaAuth()', OktaAuth],
    ['@Auth()', Auth],
  ])('throw if they are not called, and name the call: %s', (call, decorator) => {
    class Closed {
      get(): void {}
      static get(): void {}
    }
    const message = `is no decorator: call it, as in ${call}`;
    const apply = (...place: unknown[]): void => Reflect.apply(Object(decorator), undefined, place);
    expect(() => apply(Closed.prototype, 'get', { value: Closed.prototype.get })).toThrow(message);
    expect(() => apply(Closed, 'get', { value: Closed.get })).toThrow(message);
    expect(() => apply(Closed.prototype, 'get', 0)).toThrow(message);
    expect(() => apply(Closed)).toThrow(message);
  });

  it('name themselves in the error', () => {
    expect(() => RequireClaims(Object('tenant'))).toThrow(/^@RequireClaims takes a function/);
    expect(() => RequireScope()).toThrow(/^@RequireScope .*at least one scope/);
  });

  it.each<[string, MethodDecorator[]]>([
    ['@Public and @RequireScope', [Public(), RequireScope('a')]],
    ['@RequireScope and @Public', [RequireScope('a'), Public()]],
    ['@OktaAuth and @Public', [OktaAuth(), Public()]],
    ['@RequireScope twice', [RequireScope('a'), RequireScope('b')]],
    ['@RequireClaims twice', [RequireClaims(() => true), RequireClaims(() => true)]],
    ['@RequireScope and @OktaAuth with a scope', [OktaAuth({ scope: 'a' }), RequireScope('b')]],
  ])('throw if they contradict each other: %s', (_name, [outer, inner]) => {
    const descriptor = { value: () => {} };
    inner?.(Object({}), 'get', descriptor);
    expect(() => outer?.(Object({}), 'get', descriptor)).toThrow(ConfigurationError);
  });
});

describe('[ADAPTERS-GUARD-ORDER] a guard without its module', () => {
  const decorated = (decorator: ClassDecorator): Type => {
    @Controller()
    class Closed extends Routes {}
    decorator(Closed);
    return Closed;
  };

  it.each<[string, ClassDecorator]>([
    ['@UseGuards(OktaAuthGuard)', UseGuards(OktaAuthGuard)],
    ['@OktaAuth()', OktaAuth()],
    ['@RequireScope', RequireScope('read')],
    ['@RequireAnyScope', RequireAnyScope('read')],
    ['@RequireClaims', RequireClaims(() => true)],
  ])('fails at start-up, and names what to import: %s', async (_name, decorator) => {
    const message = /OktaAuthGuard found no OktaAuthModule: add OktaAuthModule\.forRoot/;
    await expectFault({ controllers: [decorated(decorator)] }, message);
  });

  it('also fails if only another module imports it', async () => {
    const Own = moduleOf({ imports: [BearerAuthModule.forRoot({ ...optionsOf(issuer), global: false })] });
    const controllers = [decorated(RequireScope('read'))];
    await expectFault({ imports: [Own], controllers }, /global: false, to those of each module/);
  });

  it.each([OktaAuthModule, BearerAuthModule])('also fails if the module was imported without options', async (each) => {
    await expectFault({ imports: [each], controllers: [Routes] }, new RegExp(`import ${each.name}\\.forRoot`));
  });
});

describe('modules that are registered more than once', () => {
  const scoped = (from: AuthorizationServer): DynamicModule =>
    BearerAuthModule.forRoot({ ...optionsOf(from), global: false });

  it('fail at start-up if each would guard every route', async () => {
    const imports = [OktaAuthModule.forRoot({ issuer: issuer.issuer }), BearerAuthModule.forRoot(optionsOf(other))];
    await expectFault({ imports }, /registered twice in this application.*issuers/);
  });

  it('fail at start-up if one module imports both', async () => {
    await expectFault({ imports: [scoped(issuer), scoped(other)] }, /registered twice in App/);
  });

  it('trust different issuers in different modules', async () => {
    @Controller('one')
    @RequireScope('read')
    class One extends Routes {}
    @Controller('two')
    @RequireScope('read')
    class Two extends Routes {}
    const Left = moduleOf({ imports: [scoped(issuer)], controllers: [One] });
    const Right = moduleOf({ imports: [scoped(other)], controllers: [Two] });
    const app = await startApp(platform, moduleOf({ imports: [Left, Right], controllers: [Routes] }));
    const statuses = async (from: AuthorizationServer): Promise<number[]> => {
      const headers = await bearer(from, 'read');
      const paths = ['/one', '/two', '/'];
      return Promise.all(paths.map(async (path) => (await ask(app, { path, headers })).status));
    };
    expect(await statuses(issuer)).toEqual([200, 401, 200]);
    expect(await statuses(other)).toEqual([401, 200, 200]);
  });

  it('are one registration if they are one constant', async () => {
    const shared = BearerAuthModule.forRoot(optionsOf(issuer));
    const Feature = moduleOf({ imports: [shared], controllers: [Routes] });
    expect(await answers(moduleOf({ imports: [shared, Feature] }))).toEqual([200, 401]);
  });
});

it('provides the guard, and so the verifier, to other providers', async () => {
  @Injectable()
  class Jobs {
    readonly guard: OktaAuthGuard;
    constructor(@Inject(OktaAuthGuard) guard: OktaAuthGuard) {
      this.guard = guard;
    }
  }
  const verifier = createVerifier(Object(optionsOf(issuer)));
  const module = moduleOf({ imports: [BearerAuthModule.forRoot({ verifier })], providers: [Jobs] });
  const { app } = await startApp(platform, module);
  expect(app.get(Jobs).guard.verifier).toBe(verifier);
});
