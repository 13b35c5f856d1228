import { inspect } from 'node:util';
import { ApolloDriver } from '@nestjs/apollo';
import {
  type ArgumentsHost,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  Header,
  HttpException,
  type INestApplication,
  Module,
  NotFoundException,
  type Type,
  UseFilters,
} from '@nestjs/common';
import { GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import { Auth, BearerAuthModule, OktaAuth, RequireScope, type VerifiedToken } from '@verifier/nest';
import { GqlAuthGuard } from '@verifier/nest/graphql';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { platforms, type RunningNestApp } from './platforms.ts';
import { moduleOf, runningApps } from './running-apps.ts';

let issuer: AuthorizationServer;
let headers: Record<string, string>;
const startApp = runningApps();

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  headers = { Authorization: `Bearer ${await issuer.token({ scope: 'read' })}` };
});

afterAll(() => issuer.close());

const cacheable = 'public, max-age=60';

@Controller()
class Routes {
  @Header('Cache-Control', cacheable)
  @Get('cached')
  cached(): string {
    return 'ran';
  }

  @Header('Cache-Control', cacheable)
  @RequireScope('write')
  @Get('scoped')
  scoped(): string {
    return 'ran';
  }

  // The parameter is read after Nest has set the header.
  @Header('Cache-Control', cacheable)
  @OktaAuth({ optional: true })
  @Get('needed')
  needed(@Auth() _auth: VerifiedToken): string {
    return 'ran';
  }

  @OktaAuth({ optional: true })
  @Get('absent')
  absent(): string {
    throw new NotFoundException();
  }
}

interface Answer {
  readonly status: number;
  readonly challenge: string | null;
  readonly caching: string | null;
  readonly etag: string | null;
  readonly text: string;
}

async function get({ origin }: RunningNestApp, path: string, sent: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${origin}${path}`, { headers: sent, redirect: 'manual' });
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    caching: response.headers.get('cache-control'),
    etag: response.headers.get('etag'),
    text: await response.text(),
  };
}

type Respond = (response: PlatformResponse, exception: HttpException) => void;

interface PlatformResponse {
  status(code: number): PlatformResponse;
  send(body: unknown): unknown;
}

/** Returns a filter that knows nothing of challenges. */
function filterOf(respond: Respond): ExceptionFilter {
  @Catch(HttpException)
  class Filter implements ExceptionFilter {
    catch(exception: HttpException, host: ArgumentsHost): void {
      respond(host.switchToHttp().getResponse(), exception);
    }
  }
  return new Filter();
}

describe.each(Object.entries(platforms))('on %s: a denied request', (name, platform) => {
  function run(
    more: object = {},
    prepare: (app: INestApplication) => void = () => {},
    controllers: Type[] = [Routes],
  ): Promise<RunningNestApp> {
    const imports = [BearerAuthModule.forRoot({ issuer: issuer.issuer, audience: issuer.audience, ...more })];
    return startApp(platform, moduleOf({ imports, controllers }), prepare);
  }

  const setCaching = (app: INestApplication): void => {
    app.use((_request: unknown, response: { setHeader(name: string, value: string): void }, next: () => void) => {
      response.setHeader('Cache-Control', cacheable);
      response.setHeader('ETag', '"application"');
      next();
    });
  };

  describe.each(['respond', 'framework'])("with onError: '%s'", (onError) => {
    it.each([
      ['/cached', 401],
      ['/needed', 401],
      ['/scoped', 403],
    ])('[ANSWERS-NO-STORE] is not stored, whatever the application had set: %s', async (path, status) => {
      const sent = status === 403 ? headers : {};
      const plain = await get(await run({ onError }), path, sent);
      const app = await run({ onError }, setCaching);
      const withMiddleware = await get(app, path, sent);
      for (const answer of [plain, withMiddleware]) {
        expect(answer).toMatchObject({ status, caching: 'no-store' });
        expect(answer.challenge).toMatch(/^Bearer realm="api"/);
        expect(answer.etag).not.toBe('"application"');
      }
      expect(await get(app, '/cached', headers)).toMatchObject({ status: 200, caching: cacheable });
    });

    it.runIf(name === 'Fastify')('[ANSWERS-NO-STORE] is not stored if a hook makes it cacheable', async () => {
      const app = await run({ onError }, (nest) => {
        const addHeader = (
          _request: unknown,
          reply: { header(key: string, value: string): void },
          payload: unknown,
        ) => {
          reply.header('Cache-Control', cacheable);
          return Promise.resolve(payload);
        };
        nest.getHttpAdapter().getInstance().addHook('onSend', addHeader);
      });
      expect(await get(app, '/cached')).toMatchObject({ status: 401, caching: 'no-store' });
    });
  });

  describe("with onError: 'framework'", () => {
    const runWith = (respond: Respond): Promise<RunningNestApp> =>
      run({ onError: 'framework' }, (app) => app.useGlobalFilters(filterOf(respond)));

    it('[ADAPTERS-ON-ERROR] keeps its challenge if Nest answers', async () => {
      expect(await get(await run({ onError: 'framework' }), '/cached')).toMatchObject({
        status: 401,
        challenge: 'Bearer realm="api"',
        caching: 'no-store',
      });
    });

    it.each([401, 400, 403, 500])(
      '[ADAPTERS-ON-ERROR] keeps its challenge with a filter that knows nothing of it and answers %i',
      async (status) => {
        const app = await runWith((response) => response.status(status).send('filtered'));
        const expected = { status, text: 'filtered', challenge: 'Bearer realm="api"', caching: 'no-store' };
        expect(await get(app, '/cached')).toMatchObject(expected);
        expect(await get(app, '/needed')).toMatchObject(expected);
      },
    );

    it('[ADAPTERS-ON-ERROR] keeps its challenge with a filter of the controller', async () => {
      const filter = filterOf((response, exception) => response.status(exception.getStatus()).send('filtered'));
      @Controller()
      @UseFilters(filter)
      class Filtered extends Routes {}
      const app = await run({ onError: 'framework' }, () => {}, [Filtered]);
      expect(await get(app, '/cached')).toMatchObject({ status: 401, challenge: 'Bearer realm="api"' });
    });

    it.each<[string, Respond, number]>([
      ['200', (response) => response.status(200).send('filtered'), 200],
      ['a redirection', (response) => response.status(302).send('filtered'), 302],
    ])('[ADAPTERS-ON-ERROR] leaves no challenge on %s', async (_answer, respond, status) => {
      const app = await runWith(respond);
      expect(await get(app, '/cached')).toMatchObject({ status, challenge: null, caching: null });
    });

    it('leaves no challenge on another request of the same connection', async () => {
      const app = await run({ onError: 'framework' });
      expect(await get(app, '/cached')).toMatchObject({ status: 401 });
      expect(await get(app, '/absent')).toMatchObject({ status: 404, challenge: null });
    });
  });

  it.each(['respond', 'framework'])(
    "[CLAIMS-VALIDATE-HIDDEN] does not show the text of validate, with onError: '%s'",
    async (onError) => {
      const validate = (): string => 'customer 4711 is suspended';
      const app = await run({ onError, validate }, (nest) =>
        nest.useGlobalFilters(
          filterOf((response, exception) => {
            const { message, stack, cause } = exception;
            const page = [
              message,
              stack,
              String(cause),
              Object(cause).stack,
              inspect(exception),
              JSON.stringify(exception),
            ];
            response.status(exception.getStatus()).send(page.join('\n'));
          }),
        ),
      );
      const answer = await get(app, '/cached', headers);
      expect(answer.status).toBe(401);
      expect(JSON.stringify(answer)).not.toContain('4711');
    },
  );
});

describe('a denied GraphQL operation', () => {
  @Resolver()
  class Answers {
    @Query(() => String, { nullable: true })
    closed(): string {
      return 'ran';
    }
  }

  it('[CLAIMS-VALIDATE-HIDDEN] does not show the text of validate in a stack trace', async () => {
    const options = { issuer: issuer.issuer, audience: issuer.audience, validate: () => 'customer 4711 is suspended' };
    const graphql = { driver: ApolloDriver, autoSchemaFile: true, graphiql: false, playground: false };
    @Module({
      imports: [
        GraphQLModule.forRoot(Object({ ...graphql, includeStacktraceInErrorResponses: true })),
        BearerAuthModule.forRoot({ ...options, guard: GqlAuthGuard }),
      ],
      providers: [Answers],
    })
    class App {}
    const { origin } = await startApp(Object(platforms['Express']), App);
    const response = await fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: JSON.stringify({ query: '{ closed }' }),
    });
    const text = await response.text();
    expect(text).toContain('stacktrace');
    expect(text).not.toContain('4711');
    expect(response.headers.get('cache-control')).toBe('no-store');
  });
});
