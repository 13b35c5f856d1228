import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:http2';
import type { AddressInfo } from 'node:net';
import {
  type ArgumentsHost,
  Body,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  Get,
  HttpCode,
  HttpException,
  type INestApplication,
  Injectable,
  Param,
  Post,
  type Type,
  UseGuards,
  VERSION_NEUTRAL,
  Version,
  VersioningType,
} from '@nestjs/common';
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { exchange } from '@verifier/conformance';
import {
  Auth,
  authenticateBeforeBody,
  BearerAuthModule,
  type BearerAuthModuleOptions,
  ConfigurationError,
  OktaAuthGuard,
  Public,
  RequireScope,
  type VerifiedToken,
} from '@verifier/nest';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { instrumentRoutes } from './instrument-routes.ts';
import { platforms, type RunningNestApp } from './platforms.ts';
import { headerOf, moduleOf, runningApps } from './running-apps.ts';

let issuer: AuthorizationServer;
let other: AuthorizationServer;
let bearer: Record<string, string>;
let writer: Record<string, string>;
const startApp = runningApps();

beforeAll(async () => {
  [issuer, other] = await Promise.all([startAuthorizationServer(), startAuthorizationServer()]);
  bearer = { Authorization: `Bearer ${await issuer.token({ scope: 'read' })}` };
  writer = { Authorization: `Bearer ${await issuer.token({ scope: 'write' })}` };
});

afterAll(() => Promise.all([issuer.close(), other.close()]));

const ran = vi.fn();
beforeEach(() => ran.mockClear());

@Controller()
class Routes {
  @Post('closed')
  @HttpCode(200)
  closed(@Body() body: unknown, @Auth() auth: VerifiedToken): unknown {
    ran();
    return { body, scopes: auth.scopes };
  }

  @RequireScope('write')
  @Post('scoped/:id')
  @HttpCode(200)
  scoped(@Body() body: unknown, @Param('id') id: string): unknown {
    ran();
    return { body, id };
  }

  @Public()
  @Post('open')
  @HttpCode(200)
  open(@Body() body: unknown): unknown {
    return { body };
  }

  @Get('closed')
  get(): string {
    return 'ran';
  }
}

interface Sent {
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

const malformed = { 'Content-Type': 'application/json' };
const huge = JSON.stringify({ text: 'x'.repeat(2_000_000) });

async function post({ origin }: RunningNestApp, { path = '/closed', headers = {}, body = '{' }: Sent = {}) {
  const response = await fetch(`${origin}${path}`, { method: 'POST', headers: { ...malformed, ...headers }, body });
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    origin: response.headers.get('access-control-allow-origin'),
    text: await response.text(),
  };
}

describe.each(Object.entries(platforms))('on %s: authenticateBeforeBody()', (_name, platform) => {
  const options = (): BearerAuthModuleOptions => ({ issuer: issuer.issuer, audience: issuer.audience });

  function run(
    more: object = {},
    controllers: Type[] = [Routes],
    prepare: (app: INestApplication) => void = () => {},
  ): Promise<RunningNestApp> {
    const imports = [BearerAuthModule.forRoot({ ...options(), ...more })];
    return startApp(platform, moduleOf({ imports, controllers }), (app) => {
      prepare(app);
      authenticateBeforeBody(app);
    });
  }

  it.each<[string, Sent]>([
    ['malformed', {}],
    ['too large', { body: huge }],
    ['of a type that nothing parses', { headers: { 'Content-Type': 'application/x-unknown' }, body: 'x' }],
    ['sent to a route with parameters', { path: '/scoped/1' }],
    ['sent with an invalid token', { headers: { Authorization: 'Bearer nonsense' } }],
  ])('[NEST-BEFORE-BODY] answers 401 to a body that is %s', async (_case, sent) => {
    const answer = await post(await run(), sent);
    expect(answer.status).toBe(401);
    expect(answer.challenge).toMatch(/^Bearer realm="api"/);
    expect(ran).not.toHaveBeenCalled();
  });

  it.each(['GET', 'HEAD'])('[NEST-BEFORE-BODY] answers 401 to a malformed body of %s', async (method) => {
    const sent = request(`${(await run()).origin}/closed`, { method, headers: { ...malformed, 'Content-Length': 1 } });
    sent.end('{');
    const [{ statusCode }] = await once(sent, 'response');
    expect(statusCode).toBe(401);
  });

  it('[NEST-BEFORE-BODY] answers 403 to a body from a token without the scope', async () => {
    expect(await post(await run(), { path: '/scoped/1', headers: bearer })).toMatchObject({ status: 403 });
  });

  it('answers 401 before a body of unknown length has arrived', async () => {
    const { origin } = await run();
    const headers = [
      ['Content-Type', 'application/json'],
      ['Content-Length', '1000000'],
    ] as const;
    const answer = await exchange(origin, { method: 'POST', path: '/closed', headers: [...headers] });
    expect(answer.status).toBe(401);
    expect(headerOf(answer, 'www-authenticate')).toMatch(/^Bearer/);
  });

  it('parses the body of a request with a valid token, and authenticates it once', async () => {
    const validate = vi.fn();
    const app = await run({ validate });
    const answer = await post(app, { headers: bearer, body: '{"a":1}' });
    expect(answer).toMatchObject({ status: 200, text: '{"body":{"a":1},"scopes":["read"]}' });
    expect(await post(app, { path: '/scoped/7', headers: writer, body: '{"a":1}' })).toMatchObject({
      status: 200,
      text: '{"body":{"a":1},"id":"7"}',
    });
    expect(validate).toHaveBeenCalledTimes(2);
    expect(await post(app, { headers: bearer })).toMatchObject({ status: 400 });
  });

  it('authenticates a request once if instrumentation replaces the functions of routes', async () => {
    instrumentRoutes();
    const validate = vi.fn();
    const app = await run({ validate });
    vi.restoreAllMocks();
    expect(await post(app)).toMatchObject({ status: 401 });
    expect(await post(app, { headers: bearer, body: '{}' })).toMatchObject({ status: 200 });
    expect(validate).toHaveBeenCalledTimes(1);
  });

  it('leaves public routes and unknown routes as they are', async () => {
    const app = await run();
    expect(await post(app, { path: '/open', body: '{"a":1}' })).toMatchObject({ status: 200 });
    expect(await post(app, { path: '/open' })).toMatchObject({ status: 400 });
    expect(await post(app, { path: '/unknown', body: '{"a":1}' })).toMatchObject({ status: 404 });
  });

  it('leaves requests without a body to the guard', async () => {
    const { origin } = await run();
    expect((await fetch(`${origin}/closed`)).status).toBe(401);
    expect((await fetch(`${origin}/closed`, { headers: bearer })).status).toBe(200);
  });

  it('answers with the headers of CORS', async () => {
    const app = await run({}, [Routes], (nest) => nest.enableCors());
    expect(await post(app, { headers: { Origin: 'https://app.example' } })).toMatchObject({ status: 401, origin: '*' });
  });

  it('applies to routes behind a prefix', async () => {
    const app = await run({}, [Routes], (nest) => nest.setGlobalPrefix('api/v1'));
    expect(await post(app, { path: '/api/v1/closed' })).toMatchObject({ status: 401 });
    expect(await post(app, { path: '/api/v1/open' })).toMatchObject({ status: 400 });
  });

  describe('routes with several candidates', () => {
    class Base {
      @Post('inherited')
      @HttpCode(200)
      inherited(@Body() body: unknown): unknown {
        return { body };
      }
    }

    @Controller('one')
    class One extends Base {}

    @Controller('two')
    @RequireScope('write')
    class Two extends Base {}

    @Public()
    @Controller('three')
    class Three extends Base {}

    it('are denied by their guards if their requirements differ', async () => {
      const app = await run({}, [One, Two, Three]);
      const body = '{"a":1}';
      expect(await post(app, { path: '/three/inherited', body })).toMatchObject({ status: 200 });
      expect(await post(app, { path: '/one/inherited', body })).toMatchObject({ status: 401 });
      expect(await post(app, { path: '/two/inherited', headers: bearer, body })).toMatchObject({ status: 403 });
      expect(await post(app, { path: '/two/inherited', headers: writer, body })).toMatchObject({ status: 200 });
    });

    it('are authenticated early, and once, if their requirements are the same', async () => {
      @Controller('four')
      class Four extends Base {}
      const validate = vi.fn();
      const app = await run({ validate }, [One, Four]);
      expect(await post(app, { path: '/one/inherited' })).toMatchObject({ status: 401 });
      expect(await post(app, { path: '/four/inherited' })).toMatchObject({ status: 401 });
      expect(await post(app, { path: '/four/inherited', headers: bearer, body: '{}' })).toMatchObject({ status: 200 });
      expect(validate).toHaveBeenCalledTimes(1);
    });

    @Controller()
    class Versions {
      @Version('1')
      @Post('versioned')
      @HttpCode(200)
      first(): string {
        return 'first';
      }

      @Public()
      @Version('2')
      @Post('versioned')
      @HttpCode(200)
      second(): string {
        return 'second';
      }

      @Version(VERSION_NEUTRAL)
      @Post('neutral')
      @HttpCode(200)
      neutral(): string {
        return 'neutral';
      }
    }

    it('are denied by the guard of the version that the request selects', async () => {
      const app = await run({}, [Versions], (nest) => {
        nest.enableVersioning({ type: VersioningType.HEADER, header: 'X-Version' });
      });
      const body = '{}';
      expect(await post(app, { path: '/versioned', headers: { 'X-Version': '2' }, body })).toMatchObject({
        status: 200,
        text: 'second',
      });
      expect(await post(app, { path: '/versioned', headers: { 'X-Version': '1' }, body })).toMatchObject({
        status: 401,
      });
      expect(await post(app, { path: '/neutral' })).toMatchObject({ status: 401 });
    });
  });

  describe('with global: false', () => {
    @Controller()
    class Some {
      @Post('undecorated')
      @HttpCode(200)
      undecorated(@Body() body: unknown): unknown {
        return { body };
      }

      @RequireScope('read')
      @Post('decorated')
      @HttpCode(200)
      decorated(): string {
        return 'ran';
      }

      @UseGuards(OktaAuthGuard)
      @Post('used')
      @HttpCode(200)
      used(): string {
        return 'ran';
      }
    }

    it('applies to routes with a decorator or the guard', async () => {
      const app = await run({ global: false }, [Some]);
      expect(await post(app, { path: '/undecorated', body: '{"a":1}' })).toMatchObject({ status: 200 });
      expect(await post(app, { path: '/undecorated' })).toMatchObject({ status: 400 });
      expect(await post(app, { path: '/decorated' })).toMatchObject({ status: 401 });
      expect(await post(app, { path: '/used' })).toMatchObject({ status: 401 });
      expect(await post(app, { path: '/used', headers: bearer, body: '{}' })).toMatchObject({ status: 200 });
    });

    it('asks the guard of the module of each controller', async () => {
      @Controller('one')
      @RequireScope('read')
      class One extends Some {}
      @Controller('two')
      @RequireScope('read')
      class Two extends Some {}
      const scoped = (from: AuthorizationServer, controller: Type): Type => {
        const settings = { issuer: from.issuer, audience: from.audience, global: false };
        return moduleOf({ imports: [BearerAuthModule.forRoot(settings)], controllers: [controller] });
      };
      const module = moduleOf({ imports: [scoped(issuer, One), scoped(other, Two)] });
      const app = await startApp(platform, module, authenticateBeforeBody);
      const body = '{}';
      expect(await post(app, { path: '/one/undecorated', headers: bearer, body })).toMatchObject({ status: 200 });
      expect(await post(app, { path: '/two/undecorated', headers: bearer, body })).toMatchObject({ status: 401 });
      const headers = { Authorization: `Bearer ${await other.token({ scope: 'read' })}` };
      expect(await post(app, { path: '/two/undecorated', headers, body })).toMatchObject({ status: 200 });
    });
  });

  it('calls the class of the option guard, and keeps its compositions', async () => {
    @Injectable()
    class TokenOrKey extends OktaAuthGuard {
      override async canActivate(context: ExecutionContext): Promise<boolean> {
        const result = await this.authenticate(context);
        const { headers } = context.switchToHttp().getRequest();
        return result.ok || headers['x-api-key'] === 'secret' || this.answerError(context, result.error);
      }
    }
    @Controller()
    class Any {
      @Post('any')
      @HttpCode(200)
      any(@Body() body: unknown): unknown {
        return body;
      }
    }
    const app = await run({ guard: TokenOrKey }, [Any]);
    const headers = { 'X-API-Key': 'secret' };
    expect(await post(app, { path: '/any', headers, body: '{"a":1}' })).toMatchObject({ status: 200, text: '{"a":1}' });
    expect(await post(app, { path: '/any' })).toMatchObject({ status: 401 });
  });

  it('leaves the refusal of a guard that returns false to Nest', async () => {
    @Injectable()
    class Never extends OktaAuthGuard {
      override canActivate(): boolean {
        return false;
      }
    }
    expect(await post(await run({ guard: Never }), { headers: bearer, body: '{}' })).toMatchObject({ status: 403 });
  });

  it("passes the exception to global filters with onError: 'framework'", async () => {
    const app = await run({ onError: 'framework' }, [Routes], (nest) => nest.useGlobalFilters(new AnswerStatus()));
    expect(await post(app)).toMatchObject({ status: 401, text: 'filtered', challenge: 'Bearer realm="api"' });
  });

  it('[NEST-BEFORE-BODY] answers 401 to a body of unknown length', async () => {
    const { origin } = await run();
    const body = new ReadableStream({
      start: (controller) => {
        controller.enqueue(new TextEncoder().encode('{'));
        controller.close();
      },
    });
    const init = { method: 'POST', headers: malformed, body, duplex: 'half' };
    expect((await fetch(`${origin}/closed`, Object(init))).status).toBe(401);
  });

  it('fails for an application that cannot use it, and names the reason', async () => {
    const create = (module: Type) => platform.create(module);
    const imports = [BearerAuthModule.forRoot(options())];
    const late = await create(moduleOf({ imports }));
    await late.init();
    expect(() => authenticateBeforeBody(late)).toThrow(ConfigurationError);
    expect(() => authenticateBeforeBody(late)).toThrow(/before app\.listen\(\)/);
    await late.close();
    const without = await create(moduleOf({}));
    expect(() => authenticateBeforeBody(without)).toThrow(/found no OktaAuthModule/);
    await without.close();
  });
});

it('[NEST-BEFORE-BODY] answers 401 over HTTP/2, which does not announce a body', async () => {
  const imports = [BearerAuthModule.forRoot({ issuer: issuer.issuer, audience: issuer.audience })];
  const adapter: AbstractHttpAdapter = Object(new FastifyAdapter({ http2: true }));
  const app = await NestFactory.create(moduleOf({ imports, controllers: [Routes] }), adapter, { logger: false });
  authenticateBeforeBody(app);
  await app.listen(0, '127.0.0.1');
  const { port }: AddressInfo = app.getHttpServer().address();
  const client = connect(`http://127.0.0.1:${port}`);
  const stream = client.request({ ':method': 'POST', ':path': '/closed', ...malformed });
  stream.end('{');
  const [headers] = await once(stream, 'response');
  expect(headers).toMatchObject({ ':status': 401, 'cache-control': 'no-store' });
  client.destroy();
  await app.close();
});

@Catch(HttpException)
class AnswerStatus implements ExceptionFilter {
  catch(exception: HttpException, host: ArgumentsHost): void {
    host.switchToHttp().getResponse().status(exception.getStatus()).send('filtered');
  }
}
