import {
  type ArgumentsHost,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  Get,
  HttpException,
  Injectable,
  type PipeTransform,
  Req,
  type Type,
  UseGuards,
} from '@nestjs/common';
import { APP_GUARD, HttpAdapterHost } from '@nestjs/core';
import { exchange } from '@verifier/conformance';
import {
  Auth,
  AuthException,
  BearerAuthModule,
  type BearerAuthModuleOptions,
  ConfigurationError,
  getAuth,
  isAuthError,
  OktaAuth,
  OktaAuthGuard,
  Public,
  RequireAnyScope,
  RequireClaims,
  RequireScope,
  type VerifiedToken,
} from '@verifier/nest';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { platforms, type RunningNestApp } from './platforms.ts';
import { ask, headerOf, moduleOf, type Question, runningApps } from './running-apps.ts';

let issuer: AuthorizationServer;
let token: string;

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  token = await issuer.token({ scope: 'read' });
});

afterAll(() => issuer.close());

const startApp = runningApps();
const options = (): BearerAuthModuleOptions => ({ issuer: issuer.issuer, audience: issuer.audience });
const bearer = (): Record<string, string> => ({ Authorization: `Bearer ${token}` });
const missing = '{"error":"unauthorized","error_description":"The request has no access token"}';

describe.each(Object.entries(platforms))('on %s', (_name, platform) => {
  function run(controller: Type, more: Partial<BearerAuthModuleOptions> = {}): Promise<RunningNestApp> {
    const imports = [BearerAuthModule.forRoot(Object({ ...options(), ...more }))];
    return startApp(platform, moduleOf({ imports, controllers: [controller] }));
  }

  /** Starts an application with one filter for everything. */
  function runWithFilter(controller: Type, filter: ExceptionFilter, more: object = {}): Promise<RunningNestApp> {
    const imports = [BearerAuthModule.forRoot(Object({ ...options(), ...more }))];
    const module = moduleOf({ imports, controllers: [controller] });
    return startApp(platform, module, (app) => app.useGlobalFilters(filter));
  }

  function collector(): { readonly thrown: unknown[]; readonly filter: ExceptionFilter } {
    const thrown: unknown[] = [];
    @Catch()
    class Collector implements ExceptionFilter {
      catch(exception: unknown, host: ArgumentsHost): void {
        thrown.push(exception);
        const status = exception instanceof HttpException ? exception.getStatus() : 500;
        const reply = host.switchToHttp().getResponse();
        (reply.status(status) ?? reply).send('handled');
      }
    }
    return { thrown, filter: new Collector() };
  }

  describe('[ADAPTERS-OPEN-ROUTE] what a public route sees', () => {
    class ReadsContext {
      canActivate(context: ExecutionContext): boolean {
        const request: object = context.switchToHttp().getRequest();
        Object.assign(request, { seen: [getAuth(context, { optional: true }), getAuth(request, { optional: true })] });
        return true;
      }
    }

    @Controller()
    class Opens {
      @Public()
      @UseGuards(ReadsContext)
      @Get()
      open(@Auth({ optional: true }) auth: unknown, @Req() request: { seen: unknown[] }): unknown {
        return [auth, getAuth(request, { optional: true }), ...request.seen];
      }

      @Public()
      @Get('strict')
      strict(@Req() request: object): unknown {
        return getAuth(request);
      }
    }

    it('is null with optional: true, also with a token', async () => {
      const app = await run(Opens);
      for (const headers of [{}, bearer()]) {
        const { status, body } = await ask(app, { headers });
        expect({ status, body: JSON.parse(body) }).toEqual({ status: 200, body: [null, null, null, null] });
      }
    });

    it('is an error that names optional: true without it', async () => {
      const { filter, thrown } = collector();
      expect(await ask(await runWithFilter(Opens, filter), { path: '/strict' })).toMatchObject({ status: 500 });
      expect(thrown).toEqual([expect.any(ConfigurationError)]);
      expect(thrown).toMatchObject([{ message: expect.stringMatching(/is @Public\(\)\. Pass \{ optional: true \}/) }]);
    });
  });

  describe('[ADAPTERS-GUARD-ORDER] another global guard that reads the token', () => {
    const subjects: unknown[] = [];
    class LimitsSubjects {
      canActivate(context: ExecutionContext): boolean {
        const request: object = context.switchToHttp().getRequest();
        // As a throttler does, with the request alone.
        subjects.push(getAuth(request).clientId);
        return true;
      }
    }
    const providers = [{ provide: APP_GUARD, useClass: LimitsSubjects }];

    @Controller()
    class Closed {
      @Get()
      get(): string {
        return 'ok';
      }
    }

    it('has it in a module that is imported after the authentication module', async () => {
      subjects.length = 0;
      const imports = [BearerAuthModule.forRoot(Object(options())), moduleOf({ providers })];
      const app = await startApp(platform, moduleOf({ imports, controllers: [Closed] }));
      expect(await ask(app, { headers: bearer() })).toMatchObject({ status: 200 });
      expect(subjects).toEqual([expect.any(String)]);
    });

    it('runs too early among the providers of the root module, and the error names that cause', async () => {
      const { filter, thrown } = collector();
      const imports = [BearerAuthModule.forRoot(Object(options()))];
      const module = moduleOf({ imports, providers, controllers: [Closed] });
      const app = await startApp(platform, module, (created) => created.useGlobalFilters(filter));
      expect(await ask(app, { headers: bearer() })).toMatchObject({ status: 500 });
      expect(thrown).toMatchObject([
        { message: expect.stringMatching(/before that guard ran.*imported after the authentication module$/) },
      ]);
    });
  });

  describe('what a guarded route sees', () => {
    @Injectable()
    class Joined implements PipeTransform {
      transform(scopes: readonly string[]): string {
        return scopes.join('+');
      }
    }

    @Controller()
    class Sees {
      @Get('all')
      all(@Auth() auth: VerifiedToken, @Req() request: { auth: unknown }): unknown {
        const same = request.auth === auth && getAuth(request) === auth;
        return { same, scopes: auth.scopes, token: auth.token === token };
      }

      @Get('whole')
      whole(@Auth() auth: VerifiedToken): unknown {
        return auth;
      }

      @Get('one')
      one(@Auth('scopes') scopes: readonly string[]): unknown {
        return scopes;
      }

      @Get('piped')
      piped(@Auth('scopes', { transform: (scopes: string[]) => scopes.length }) count: number): unknown {
        return { count };
      }

      @Get('pipe-class')
      pipeClass(@Auth({ property: 'scopes' }, Joined) scopes: string): unknown {
        return { scopes };
      }

      @Get('anonymous')
      anonymous(@Auth({ optional: true }) auth: VerifiedToken | null, @Req() request: { auth: unknown }): unknown {
        return { auth, attached: request.auth, got: getAuth(request, { optional: true }) };
      }

      @Get('one-anonymous')
      oneAnonymous(@Auth({ property: 'subject', optional: true }) subject: string | null): unknown {
        return { subject };
      }

      @Get('asks')
      asks(@Req() request: object): unknown {
        return getAuth(request).scopes;
      }
    }

    it('is the verified token: as request.auth, from @Auth() and from getAuth()', async () => {
      const { body } = await ask(await run(Sees), { path: '/all', headers: bearer() });
      expect(JSON.parse(body)).toEqual({ same: true, scopes: ['read'], token: true });
    });

    it('does not contain the token when it is serialized', async () => {
      const { status, body } = await ask(await run(Sees), { path: '/whole', headers: bearer() });
      expect(status).toBe(200);
      expect(body).not.toContain(token.split('.')[2]);
    });

    it.each([
      ['/one', ['read']],
      ['/piped', { count: 1 }],
      ['/pipe-class', { scopes: 'read' }],
    ])('can be one property, and is passed through pipes: %s', async (path, expected) => {
      expect(JSON.parse((await ask(await run(Sees), { path, headers: bearer() })).body)).toEqual(expected);
    });

    it('is null for an anonymous request with optional: true', async () => {
      const app = await run(Sees, { optional: true });
      const { body } = await ask(app, { path: '/anonymous' });
      expect(JSON.parse(body)).toEqual({ auth: null, attached: null, got: null });
      expect(JSON.parse((await ask(app, { path: '/one-anonymous' })).body)).toEqual({ subject: null });
    });

    it.each(['/whole', '/one', '/asks'])('is a 401 with its challenge without optional: true: %s', async (path) => {
      const answer = await ask(await run(Sees, { optional: true }), { path });
      expect(answer).toMatchObject({ status: 401, body: missing });
      expect(headerOf(answer, 'www-authenticate')).toBe('Bearer realm="api"');
    });

    it('is a ConfigurationError on a public route, which does not run', async () => {
      const route = vi.fn();
      @Controller()
      class Open {
        @Public()
        @Get()
        get(@Auth() _auth: VerifiedToken): void {
          route();
        }
      }
      const { thrown, filter } = collector();
      expect(await ask(await runWithFilter(Open, filter), { headers: bearer() })).toMatchObject({ status: 500 });
      expect(thrown[0]).toBeInstanceOf(ConfigurationError);
      expect(String(thrown[0])).toMatch(/@Auth\(\).*@Public\(\).*optional: true/);
      expect(route).not.toHaveBeenCalled();
    });

    it('ignores a request.auth of another library', async () => {
      @Controller()
      class Forged {
        @Public()
        @Get()
        get(@Req() request: object): unknown {
          return getAuth(Object.assign(request, { auth: { scopes: ['read'], claims: {} } })).scopes;
        }
      }
      const { thrown, filter } = collector();
      expect(await ask(await runWithFilter(Forged, filter))).toMatchObject({ status: 500 });
      expect(thrown[0]).toBeInstanceOf(ConfigurationError);
    });
  });

  describe('decorators of a handler and of its class', () => {
    @Controller('open')
    @Public()
    class Open {
      @Get('open')
      open(): string {
        return 'open';
      }
      @RequireScope('write')
      @Get('scoped')
      scoped(): string {
        return 'scoped';
      }
      @OktaAuth()
      @Get('closed')
      closed(): string {
        return 'closed';
      }
      @UseGuards(OktaAuthGuard)
      @Get('guarded')
      guarded(): string {
        return 'guarded';
      }
    }

    @Controller('write')
    @RequireScope('write')
    class Write {
      @Get('inherits')
      inherits(): string {
        return 'inherits';
      }
      @RequireScope('read')
      @Get('replaces')
      replaces(): string {
        return 'replaces';
      }
      @RequireClaims(() => true)
      @Get('adds')
      adds(): string {
        return 'adds';
      }
      @Public()
      @Get('opens')
      opens(): string {
        return 'opens';
      }
    }

    @Controller('anyone')
    @OktaAuth({ optional: true })
    class Anyone {
      @Get('anonymous')
      anonymous(): string {
        return 'anonymous';
      }
      @RequireScope('read')
      @Get('scoped')
      scoped(): string {
        return 'scoped';
      }
      @OktaAuth({ scope: 'read', optional: true })
      @Get('both')
      both(): string {
        return 'both';
      }
    }

    @Controller('derived')
    @RequireClaims(() => true)
    class Derived extends Write {}

    it.each([
      ['/open/open', 200, 200],
      ['/open/scoped', 401, 403],
      ['/open/closed', 401, 200],
      ['/open/guarded', 401, 200],
      ['/write/inherits', 401, 403],
      ['/write/replaces', 401, 200],
      ['/write/adds', 401, 403],
      ['/write/opens', 200, 200],
      ['/anyone/anonymous', 200, 200],
      ['/anyone/scoped', 401, 200],
      ['/anyone/both', 200, 200],
      ['/derived/inherits', 401, 403],
      ['/derived/replaces', 401, 200],
    ])('decide together: %s is %i without a token and %i with one of scope read', async (path, anonymous, read) => {
      const imports = [BearerAuthModule.forRoot(options())];
      const app = await startApp(platform, moduleOf({ imports, controllers: [Open, Write, Anyone, Derived] }));
      expect([(await ask(app, { path })).status, (await ask(app, { path, headers: bearer() })).status]).toEqual([
        anonymous,
        read,
      ]);
    });

    it('apply if the verifier lets anonymous requests through', async () => {
      const app = await run(Write, { optional: true });
      expect(await ask(app, { path: '/write/inherits' })).toMatchObject({ status: 401 });
    });
  });

  describe('the answer to a denied request', () => {
    const ran = vi.fn();
    @Controller()
    class Closed {
      @Get()
      get(): string {
        ran();
        return 'ran';
      }
      @RequireScope('write')
      @Get('scoped')
      scoped(): string {
        ran();
        return 'ran';
      }
    }

    it.each<[string, Question & { readonly send?: boolean }, number]>([
      ['nothing', {}, 401],
      ['malformed credentials', { headers: { Authorization: 'Bearer' } }, 400],
      ['an invalid token', { headers: { Authorization: 'Bearer nonsense' } }, 401],
      ['an insufficient scope', { path: '/scoped', send: true }, 403],
    ])('is not passed to filters, and no route runs: %s', async (_case, { send, ...question }, status) => {
      const { thrown, filter } = collector();
      const app = await runWithFilter(Closed, filter);
      const answer = await ask(app, send === true ? { ...question, headers: bearer() } : question);
      expect(answer.status).toBe(status);
      expect(answer.body).not.toContain('handled');
      expect(headerOf(answer, 'www-authenticate')).toMatch(/^Bearer realm="api"/);
      expect(thrown).toEqual([]);
      expect(ran).not.toHaveBeenCalled();
    });

    it('has the bytes of core whatever the JSON settings of the application', async () => {
      const module = moduleOf({ imports: [BearerAuthModule.forRoot(options())], controllers: [Closed] });
      const app = await startApp(platform, module, (nest) => {
        const adapter = nest.getHttpAdapter();
        if (adapter.getType() === 'express') adapter.getInstance().set('json spaces', 2);
        else adapter.getInstance().setReplySerializer(() => 'changed');
      });
      expect(await ask(app)).toMatchObject({ status: 401, body: missing });
    });

    it('is readable in a browser if CORS is enabled, and a preflight needs no token', async () => {
      const module = moduleOf({ imports: [BearerAuthModule.forRoot(options())], controllers: [Closed] });
      const app = await startApp(platform, module, (nest) => nest.enableCors({ exposedHeaders: 'WWW-Authenticate' }));
      const headers = { Origin: 'https://app.example' };
      const denied = await ask(app, { headers });
      expect(denied.status).toBe(401);
      expect(headerOf(denied, 'access-control-allow-origin')).toBe('*');
      const preflight = { method: 'OPTIONS', headers: { ...headers, 'Access-Control-Request-Method': 'GET' } };
      expect(await ask(app, preflight)).toMatchObject({ status: 204 });
    });

    it('releases the request, although the guard never settles', async () => {
      const { gc } = await withCollector();
      const app = await run(Closed);
      const seen: WeakRef<object>[] = [];
      const guard = app.app.get(OktaAuthGuard);
      const getRequest = guard.getRequest.bind(guard);
      vi.spyOn(guard, 'getRequest').mockImplementation((context) => {
        seen.push(new WeakRef(context));
        return getRequest(context);
      });
      for (let sent = 0; sent < 5; sent++) await ask(app);
      vi.restoreAllMocks();
      await vi.waitFor(async () => {
        await ask(app);
        gc();
        expect(seen.filter((context) => context.deref() !== undefined)).toEqual([]);
      });
      expect(seen).toHaveLength(5);
    });

    it('does not replace a response that was sent meanwhile, and the route stays closed', async () => {
      const { thrown, filter } = collector();
      const app = await runWithFilter(Closed, filter, { validate: answerFirst });
      const guard = app.app.get(OktaAuthGuard);
      const getRequest = guard.getRequest.bind(guard);
      vi.spyOn(guard, 'getRequest').mockImplementation((context: ExecutionContext) => {
        app.app.get(HttpAdapterHost).httpAdapter.reply(context.switchToHttp().getResponse(), 'too late', 504);
        return getRequest(context);
      });
      for (const headers of [bearer(), {}]) {
        expect(await ask(app, { headers })).toMatchObject({ status: 504, body: 'too late' });
      }
      await new Promise((done) => setTimeout(done, 30));
      expect(ran).not.toHaveBeenCalled();
      expect(thrown).toEqual([]);
    });

    const answerFirst = async (): Promise<string> => {
      await new Promise((done) => setTimeout(done, 10));
      return 'rejected';
    };
  });

  describe("onError: 'framework'", () => {
    @Controller()
    class Closed {
      @Get()
      get(): void {}
      @RequireScope('write')
      @Get('scoped')
      scoped(): void {}
    }
    const onError = 'framework';

    it('passes an AuthException to the filters, with the error as its cause', async () => {
      const { thrown, filter } = collector();
      const app = await runWithFilter(Closed, filter, { onError });
      const answer = await ask(app, { path: '/scoped', headers: bearer() });
      expect(answer).toMatchObject({ status: 403, body: 'handled' });
      const [exception] = thrown;
      expect(exception).toBeInstanceOf(AuthException);
      expect(exception).toBeInstanceOf(HttpException);
      const { cause, message } = Object(exception);
      expect(isAuthError(cause)).toBe(true);
      expect(cause).toMatchObject({ code: 'ERR_SCOPE_INSUFFICIENT', scope: ['write'], status: 403 });
      expect(message).toBe('The access token lacks a required scope');
    });

    it('has set the challenge on the response already', async () => {
      const { filter } = collector();
      const answer = await ask(await runWithFilter(Closed, filter, { onError }));
      expect(headerOf(answer, 'www-authenticate')).toBe('Bearer realm="api"');
      expect(headerOf(answer, 'content-type')).not.toMatch(/json/);
    });

    it("[ADAPTERS-ON-ERROR] keeps status, challenge and body in Nest's own filter", async () => {
      const answer = await ask(await run(Closed, { onError }));
      expect(answer).toMatchObject({ status: 401, body: missing });
      expect(headerOf(answer, 'www-authenticate')).toBe('Bearer realm="api"');
    });

    it('allows another guard to catch the exception', async () => {
      @Injectable()
      class EitherGuard extends OktaAuthGuard {
        override async canActivate(context: ExecutionContext): Promise<boolean> {
          const hasKey = context.switchToHttp().getRequest().headers['x-api-key'] === 'good';
          return hasKey || super.canActivate(context);
        }
      }
      const imports = [BearerAuthModule.forRoot({ ...options(), onError, guard: EitherGuard })];
      const app = await startApp(platform, moduleOf({ imports, controllers: [Closed] }));
      expect(await ask(app, { path: '/scoped', headers: { 'X-API-Key': 'good' } })).toMatchObject({ status: 200 });
      expect(await ask(app, { path: '/scoped' })).toMatchObject({ status: 401 });
    });
  });

  describe('errors of the application itself', () => {
    it.each<[string, () => Promise<string>]>([
      [
        'throws',
        () => {
          throw new RangeError('out of range');
        },
      ],
      ['rejects', () => Promise.reject(new RangeError('out of range'))],
    ])('reach the filters if validate %s, and the route stays closed', async (_case, validate) => {
      const route = vi.fn();
      const { thrown, filter } = collector();
      const app = await runWithFilter(controllerOf(route), filter, { validate });
      expect(await ask(app, { headers: bearer() })).toMatchObject({ status: 500 });
      expect(thrown).toEqual([new RangeError('out of range')]);
      expect(route).not.toHaveBeenCalled();
    });

    it('reach the filters if a claims predicate throws, and the route stays closed', async () => {
      const route = vi.fn();
      const { thrown, filter } = collector();
      const fail = (): boolean => {
        throw new RangeError('out of range');
      };
      const app = await runWithFilter(controllerOf(route, RequireClaims(fail)), filter);
      expect(await ask(app, { headers: bearer() })).toMatchObject({ status: 500 });
      expect(thrown).toEqual([new RangeError('out of range')]);
      expect(route).not.toHaveBeenCalled();
    });

    function controllerOf(route: () => void, ...decorators: ClassDecorator[]): Type {
      @Controller()
      class Routes {
        @Get()
        get(): void {
          route();
        }
      }
      for (const decorator of decorators) decorator(Routes);
      return Routes;
    }
  });

  it('authenticates once if a route is guarded more than once', async () => {
    const validate = vi.fn();
    @Controller()
    @UseGuards(OktaAuthGuard)
    @RequireScope('read')
    class Routes {
      @UseGuards(OktaAuthGuard)
      @RequireAnyScope('read')
      @Get()
      get(): string {
        return 'ran';
      }
    }
    const app = await run(Routes, { validate });
    expect(await ask(app, { headers: bearer() })).toMatchObject({ status: 200, body: 'ran' });
    expect(validate).toHaveBeenCalledTimes(1);
  });

  it('detects a repeated Authorization header, which Node.js hides', async () => {
    @Controller()
    class Routes {
      @Get()
      get(): void {}
    }
    const { origin } = await run(Routes);
    const headers = Array.from({ length: 2 }, () => ['Authorization', `Bearer ${token}`] as const);
    const answer = await exchange(origin, { method: 'GET', path: '/', headers });
    expect(answer.status).toBe(400);
  });

  it('continues in the same turn with a cached token', async () => {
    const turns: unknown[] = [];
    @Injectable()
    class Watched extends OktaAuthGuard {
      override canActivate(context: ExecutionContext): boolean | Promise<boolean> {
        const result = super.canActivate(context);
        turns.push(result);
        return result;
      }
    }
    @Controller()
    class Routes {
      @Get()
      get(): void {}
    }
    const imports = [BearerAuthModule.forRoot({ ...options(), guard: Watched, warmUp: true })];
    const app = await startApp(platform, moduleOf({ imports, controllers: [Routes] }));
    const headers = bearer();
    expect(await ask(app, { headers })).toMatchObject({ status: 200 });
    expect(await ask(app, { headers })).toMatchObject({ status: 200 });
    expect(turns).toEqual([expect.any(Promise), true]);
  });
});

async function withCollector(): Promise<{ gc: () => void }> {
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  return { gc: runInNewContext('gc') };
}
