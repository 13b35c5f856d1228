import fastifyCors from '@fastify/cors';
import fastifyJwt from '@fastify/jwt';
import {
  type AuthDecorators,
  bearerAuth,
  ConfigurationError,
  createVerifier,
  getAuth,
  isAuthError,
  oktaAuth,
} from '@verifier/fastify';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ask, closeAll, headerOf, statuses } from './ask.ts';

let issuer: AuthorizationServer;
let token: string;

beforeAll(async () => {
  issuer = await startAuthorizationServer({ path: '/oauth2/default' });
  token = await issuer.token({ scope: 'read' });
});

beforeEach(() => {
  vi.stubEnv('OKTA_OAUTH2_ISSUER', undefined);
  vi.stubEnv('OKTA_OAUTH2_AUDIENCE', undefined);
});

afterEach(closeAll);

afterAll(() => issuer.close());

function options(): { issuer: string; audience: string } {
  return { issuer: issuer.issuer, audience: issuer.audience };
}

const ok = async (): Promise<string> => 'ok';

async function failure(app: FastifyInstance): Promise<unknown> {
  return await app.ready().then(
    () => 'it started',
    (error: unknown) => error,
  );
}

describe('[ADAPTERS-AT-START] a plugin that is used as something else', () => {
  const message = /^\w+ is a plugin: register it, as in app\.register\(\w+, \{ issuer, audience \}\)/;

  it.each<[string, unknown]>([
    ['oktaAuth', oktaAuth],
    ['bearerAuth', bearerAuth],
  ])('fails the start if it is called: %s()', async (_name, plugin) => {
    const call: () => never = Object(plugin);
    const app = fastify();
    void app.register(call());
    expect(await failure(app)).toMatchObject({ code: 'ERR_CONFIG_INVALID', message: expect.stringMatching(message) });
  });

  it('opens no route as a hook, and the error says so', async () => {
    const errors: unknown[] = [];
    const app = fastify();
    app.setErrorHandler((error, _request, reply) => {
      errors.push(error);
      return reply.code(500).send();
    });
    app.get('/', { onRequest: Object(oktaAuth) }, ok);
    expect((await app.inject('/')).statusCode).toBe(500);
    expect(errors).toMatchObject([{ code: 'ERR_CONFIG_INVALID', message: expect.stringMatching(message) }]);
    await app.close();
  });

  it('opens no route with a guard that was not called, and the error says so', async () => {
    const app = fastify();
    await app.register(bearerAuth, { ...options(), global: false });
    const errors: Error[] = [];
    app.setErrorHandler((error: Error, _request, reply) => {
      errors.push(error);
      return reply.code(500).send();
    });
    const scopes = ['requireScope', 'requireAnyScope'] as const;
    const names = [...scopes, 'requireAuthentication', 'requireClaims', 'requireAccess'] as const;
    for (const name of names) app.get(`/${name}`, { onRequest: Object(app[name]) }, ok);
    for (const name of names) {
      expect((await app.inject(`/${name}`)).statusCode).toBe(500);
      expect(errors.pop()?.message).toContain(`call it, as in ${name}(`);
    }
    await app.close();
  });
});

describe('oktaAuth without options', () => {
  it('reads OKTA_OAUTH2_ISSUER and OKTA_OAUTH2_AUDIENCE', async () => {
    vi.stubEnv('OKTA_OAUTH2_ISSUER', issuer.issuer);
    vi.stubEnv('OKTA_OAUTH2_AUDIENCE', issuer.audience);
    const app = fastify();
    await app.register(oktaAuth);
    app.get('/', ok);
    expect(await statuses(app, {}, { token })).toEqual([401, 200]);
  });

  it('uses the audience of the default authorization server if none is set', async () => {
    vi.stubEnv('OKTA_OAUTH2_ISSUER', issuer.issuer);
    const app = fastify();
    app.register(oktaAuth);
    app.get('/', ok);
    expect(await statuses(app, { token })).toEqual([200]);
  });

  it('fails at start-up and names what to set if nothing is', async () => {
    const app = fastify();
    app.register(oktaAuth);
    const error = await failure(app);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(String(error)).toMatch(/OKTA_OAUTH2_ISSUER/);
  });
});

describe('[ADAPTERS-AT-START] invalid options fail at start-up', () => {
  const name = 'https://issuer.example/oauth2/default';
  const good = { issuer: name, audience: 'a' };

  it.each<[string, object | undefined, RegExp]>([
    ['no options', undefined, /issuer/],
    ['no issuer', { audience: 'a' }, /issuer/],
    ['no audience', { issuer: name }, /audience/],
    ['an unknown option', { ...good, audiense: 'b' }, /audiense.*did you mean audience/],
    ['an unknown onError', { ...good, onError: 'throw' }, /onError is 'respond' or 'framework'/],
    ['an issuer without TLS', { ...good, issuer: 'http://issuer.example' }, /https/],
    [
      'options in addition to a verifier',
      { verifier: createVerifier(good), audience: 'a' },
      /audience.*createVerifier/,
    ],
    ['a realm with a line end', { ...good, realm: 'a\r\nX-Injected: 1' }, /realm/],
    ['a global that is no boolean', { ...good, global: 'no' }, /global must be true or false/],
    ['warmUp that is no boolean', { ...good, warmUp: 1 }, /warmUp must be true or false/],
    ['an empty decoratorName', { ...good, decoratorName: '' }, /decoratorName must be a name/],
    ['a securityScheme that is no name', { ...good, securityScheme: {} }, /securityScheme must be a name/],
    ['a prefix', { ...good, prefix: '/api' }, /prefix.*register\(\) of that scope/],
  ])('%s', async (_what, given, message) => {
    const app = fastify();
    app.register(bearerAuth, Object(given));
    const error = await failure(app);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(String(error)).toMatch(message);
  });

  it('in bearerAuth, whatever the environment says', async () => {
    vi.stubEnv('OKTA_OAUTH2_ISSUER', name);
    vi.stubEnv('OKTA_OAUTH2_AUDIENCE', 'a');
    const app = fastify();
    app.register(bearerAuth, Object({}));
    expect(await failure(app)).toBeInstanceOf(ConfigurationError);
  });

  it('do not modify the given object', async () => {
    const given = Object.freeze({ ...options(), global: true, warmUp: false });
    const app = fastify();
    await app.register(bearerAuth, given);
    await app.close();
  });
});

describe('[ADAPTERS-AT-START] invalid guards fail at start-up', () => {
  it.each<[string, (app: FastifyInstance) => unknown]>([
    ['no scope', (app) => app.requireScope()],
    ['an empty list', (app) => app.requireScope([])],
    ['a scope with a quote', (app) => app.requireScope('read"')],
    ['no scope of any', (app) => app.requireAnyScope()],
    ['no predicate', (app) => app.requireClaims(Object('admin'))],
    ['no requirement', (app) => app.requireAccess({})],
  ])('%s', async (_what, guard) => {
    const app = fastify();
    await app.register(bearerAuth, options());
    expect(() => guard(app)).toThrow(ConfigurationError);
    await app.close();
  });

  it('[ADAPTERS-GUARD-ORDER] one without its plugin', () => {
    expect(() => fastify().requireScope('read')).toThrow(TypeError);
  });
});

describe('a scope that is protected twice', () => {
  const twice = async (...scopes: ((app: FastifyInstance) => void)[]): Promise<unknown> => {
    const app = fastify();
    for (const scope of scopes) scope(app);
    const outcome = await failure(app);
    await app.close();
    return outcome;
  };
  const register = (app: FastifyInstance): void => void app.register(bearerAuth, options());
  let count = 0;
  const registerInside = (app: FastifyInstance): void =>
    void app.register(async (child) => {
      register(child);
      count += 1;
      child.get(`/${count}`, ok);
    });

  it.each([
    ['in one scope', [register, register]],
    ['in a child scope', [register, registerInside]],
    ['in a child scope that was there before', [registerInside, register]],
  ])('fails at start-up with the correction: %s', async (_where, scopes) => {
    const error = await twice(...scopes);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(String(error)).toMatch(/registered twice as request\.auth.*issuers.*sibling scopes/);
  });

  it('is allowed if the scopes are siblings, or the names differ', async () => {
    const named = (app: FastifyInstance): void =>
      void app.register(bearerAuth, { ...options(), decoratorName: 'other', global: false });
    expect(await twice(registerInside, registerInside)).toBe('it started');
    expect(await twice(register, named)).toBe('it started');
  });
});

describe('names that are taken', () => {
  it.each<[string, (app: FastifyInstance) => unknown]>([
    ['fastify.authenticate', (app) => app.decorate('authenticate', Object(ok))],
    ['fastify.requireScope', (app) => app.decorate('requireScope', Object(ok))],
    ['fastify.verifier', (app) => app.decorate('verifier', Object({}))],
    ['request.auth', (app) => app.decorateRequest('auth', null)],
  ])('fail at start-up with the correction: %s', async (name, take) => {
    const app = fastify();
    take(app);
    app.register(bearerAuth, options());
    const error = await failure(app);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(String(error)).toContain(`${name} exists already`);
    expect(String(error)).toContain("{ decoratorName: 'okta' }");
  });

  it.each(['raw', 'body', 'log', 'server', 'headers', '__proto__'])('include those of Fastify: %s', async (name) => {
    const app = fastify();
    app.register(bearerAuth, { ...options(), decoratorName: name });
    expect(String(await failure(app))).toContain(`request.${name} exists already`);
  });

  it('stay free with a decoratorName, for example for @fastify/jwt', async () => {
    const app = fastify();
    await app.register(fastifyJwt, { secret: 'of another plugin altogether' });
    const theirs = vi.fn(async (request: { jwtVerify(): Promise<unknown> }) => void (await request.jwtVerify()));
    app.decorate('authenticate', Object(theirs));
    await app.register(bearerAuth, { ...options(), decoratorName: 'okta', global: false });
    const okta: AuthDecorators = app.getDecorator('okta');
    app.get('/ours', { onRequest: okta.requireScope('read') }, (request) => [
      request.getDecorator('okta') === getAuth(request),
      request.auth,
    ]);
    app.get('/theirs', { onRequest: app.authenticate }, (request) => Object(request).user.name);
    expect(okta.verifier.stats().verified).toBe(0);
    expect(app.verifier).toBeUndefined();
    expect(await ask(app, { path: '/ours', token })).toMatchObject({ status: 200, body: '[true,null]' });
    const jwt: string = Object(app).jwt.sign({ name: 'them' });
    expect(await ask(app, { path: '/theirs', token: jwt })).toMatchObject({ status: 200, body: 'them' });
    expect(await statuses(app, { path: '/ours', token: jwt }, { path: '/theirs' })).toEqual([401, 401]);
    expect(theirs).toHaveBeenCalledTimes(2);
  });
});

describe('a preflight request', () => {
  const headers = { Origin: 'https://app.example', 'Access-Control-Request-Method': 'GET' };
  const preflight = { method: 'OPTIONS', headers };

  it('is answered by @fastify/cors if it is registered first, which also makes denied requests readable', async () => {
    const app = fastify();
    await app.register(fastifyCors, { exposedHeaders: 'WWW-Authenticate' });
    await app.register(bearerAuth, options());
    app.get('/', ok);
    expect(await ask(app, preflight)).toMatchObject({ status: 204 });
    const denied = await ask(app, { headers: { Origin: 'https://app.example' } });
    expect(denied.status).toBe(401);
    expect(headerOf(denied, 'access-control-allow-origin')).toBe('*');
    expect(headerOf(denied, 'www-authenticate')).toBe('Bearer realm="api"');
  });

  it('is answered with 401 if @fastify/cors is registered later', async () => {
    const app = fastify();
    await app.register(bearerAuth, options());
    await app.register(fastifyCors);
    app.get('/', ok);
    expect(await statuses(app, preflight)).toEqual([401]);
  });
});

describe('start and stop', () => {
  it('warmUp fetches the keys before the application is ready', async () => {
    const cold = await startAuthorizationServer();
    const app = fastify();
    await app.register(bearerAuth, { issuer: cold.issuer, audience: cold.audience, warmUp: true });
    expect(app.verifier.ready()).toBe(false);
    expect(cold.counts).toMatchObject({ discovery: 0, keys: 0 });
    await app.ready();
    expect(app.verifier.ready()).toBe(true);
    expect(cold.counts).toMatchObject({ discovery: 1, keys: 1 });
    await Promise.all([app.close(), cold.close()]);
  });

  it('warmUp fails at start-up if the keys are unavailable; without it, the application starts', async () => {
    const absent = await startAuthorizationServer();
    await absent.stop();
    const given = { issuer: absent.issuer, audience: 'a' };
    const [warm, cold] = [fastify(), fastify()];
    warm.register(bearerAuth, { ...given, warmUp: true });
    cold.register(bearerAuth, given);
    expect(await failure(warm)).toBeInstanceOf(AggregateError);
    expect(await failure(cold)).toBe('it started');
    await Promise.all([warm.close(), cold.close(), absent.close()]);
  });

  it('the verifier that the plugin opened is closed with the application', async () => {
    const app = fastify();
    await app.register(bearerAuth, options());
    await app.ready();
    const { verifier } = app;
    expect(await verifier.verify(token)).toMatchObject({ scopes: ['read'] });
    await app.close();
    const error = await verifier.verify(token).catch((reason: unknown) => reason);
    expect(isAuthError(error) && error.code).toBe('ERR_CLOSED');
  });

  it('a verifier that was passed in is exposed, and stays open', async () => {
    const verifier = createVerifier(options());
    for (const plugin of [bearerAuth, oktaAuth as typeof bearerAuth]) {
      const app = fastify();
      await app.register(plugin, { verifier });
      expect(app.verifier).toBe(verifier);
      app.get('/', ok);
      expect(await statuses(app, { token })).toEqual([200]);
      await closeAll();
    }
    expect(await verifier.verify(token)).toMatchObject({ scopes: ['read'] });
    await verifier.close();
  });

  it('requests in flight are answered while the application closes', async () => {
    const slow = await startAuthorizationServer({ latency: 0.1 });
    const app = fastify();
    await app.register(bearerAuth, { issuer: slow.issuer, audience: slow.audience });
    app.get('/', ok);
    await app.ready();
    const answer = ask(app, { token: await slow.token() });
    await vi.waitFor(() => expect(slow.counts.discovery).toBe(1));
    await closeAll();
    expect(await answer).toMatchObject({ status: 200 });
    await slow.close();
  });
});

describe('[ACCESS-POLICY] an unknown policy', () => {
  const policies = { orders: { scope: 'read' } };
  const message = 'The verifier has no policy "ordres": did you mean orders?';

  it('in config.auth fails the start', async () => {
    const app = fastify();
    await app.register(bearerAuth, { ...options(), policies });
    expect(() => app.get('/', { config: { auth: { policy: 'ordres' } } }, ok)).toThrow(message);
  });

  it('of a route guard is an error immediately', async () => {
    const app = fastify();
    await app.register(bearerAuth, { ...options(), policies, global: false });
    expect(() => app.requirePolicy('ordres')).toThrow(message);
    expect(() => app.requireAccess({ policy: 'ordres' })).toThrow(ConfigurationError);
    app.get('/', { onRequest: app.requirePolicy('orders') }, ok);
    expect(await statuses(app, { token })).toEqual([200]);
  });
});

describe('[ACCESS-HIERARCHY] scopeImplies', () => {
  it('applies to config.auth, to later guards and to those of a shared verifier', async () => {
    const verifier = createVerifier({ ...options(), scopeImplies: { read: ['peek'] } });
    const app = fastify();
    await app.register(bearerAuth, { verifier });
    app.get('/configured', { config: { auth: { scope: 'peek' } } }, ok);
    app.get('/later', { preHandler: app.requireScope('peek') }, ok);
    app.get('/other', { preHandler: app.requireScope('write') }, ok);
    const questions = ['/configured', '/later', '/other'].map((path) => ({ path, token }));
    expect(await statuses(app, ...questions)).toEqual([200, 200, 403]);
  });
});
