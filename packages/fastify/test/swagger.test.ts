import swagger from '@fastify/swagger';
import { type BearerAuthOptions, bearerAuth } from '@verifier/fastify';
import fastify, { type FastifyInstance } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { describe, expect, it } from 'vitest';

const options: BearerAuthOptions = { issuer: 'https://issuer.example', audience: 'a', securityScheme: 'oidc' };
const openIdConnectUrl = 'https://issuer.example/.well-known/openid-configuration';
const securitySchemes = { oidc: { type: 'openIdConnect', openIdConnectUrl } } as const;
const ok = async (): Promise<string> => 'ok';

async function createApp(more: Partial<BearerAuthOptions> = {}): Promise<FastifyInstance> {
  const app = fastify();
  await app.register(swagger, { openapi: { components: { securitySchemes } } });
  await app.register(bearerAuth, { ...options, ...more } as BearerAuthOptions);
  return app;
}

async function securityOf(app: FastifyInstance, path: string): Promise<unknown> {
  await app.ready();
  const document = app.swagger();
  await app.close();
  return Object(document.paths?.[path])['get']?.security;
}

describe('the OpenAPI document', () => {
  it.each<[string, object | undefined, unknown]>([
    ['nothing', undefined, [{ oidc: [] }]],
    ['true', { auth: true }, [{ oidc: [] }]],
    ['false', { auth: false }, []],
    ['one scope', { auth: { scope: 'read' } }, [{ oidc: ['read'] }]],
    ['two scopes', { auth: { scope: 'read write' } }, [{ oidc: ['read', 'write'] }]],
    ['one of two scopes', { auth: { anyScope: ['read', 'write'] } }, [{ oidc: ['read'] }, { oidc: ['write'] }]],
    [
      'one scope, and one of two',
      { auth: { scope: 'a', anyScope: ['b', 'a'] } },
      [{ oidc: ['a', 'b'] }, { oidc: ['a'] }],
    ],
    ['an optional token', { auth: { optional: true } }, [{ oidc: [] }, {}]],
    ['claims', { auth: { claims: () => true } }, [{ oidc: [] }]],
    ['a login', { auth: { authentication: { maxAge: 300 } } }, [{ oidc: [] }]],
    ['a scope and a login', { auth: { scope: 'pay', authentication: { acr: 'phr' } } }, [{ oidc: ['pay'] }]],
  ])('shows the requirements in config.auth: %s', async (_what, config, security) => {
    const app = await createApp();
    app.get('/', Object({ config }), ok);
    expect(await securityOf(app, '/')).toEqual(security);
  });

  it('shows the scopes of a policy', async () => {
    const app = await createApp({ policies: { orders: { scope: 'write', role: 'editor' } } });
    app.get('/', { config: { auth: { policy: 'orders', scope: 'audit' } } }, ok);
    expect(await securityOf(app, '/')).toEqual([{ oidc: ['write', 'audit'] }]);
  });

  it('keeps the rest of the schema, and the security that a route declares itself', async () => {
    const app = await createApp();
    const schema = Object.freeze({ summary: 'Orders', querystring: { type: 'object', properties: {} } });
    app.get('/', { schema, config: { auth: { scope: 'read' } } }, ok);
    app.get('/own', { schema: { security: [{ oidc: ['other'] }] } }, ok);
    await app.ready();
    const { paths } = app.swagger();
    expect(Object(paths?.['/']).get).toMatchObject({ summary: 'Orders', security: [{ oidc: ['read'] }] });
    expect(Object(paths?.['/own']).get.security).toEqual([{ oidc: ['other'] }]);
    await app.close();
  });

  it('shows that a token is optional if the plugin has optional: true', async () => {
    const app = await createApp({ optional: true });
    app.get('/', ok);
    expect(await securityOf(app, '/')).toEqual([{ oidc: [] }, {}]);
  });

  it('shows nothing for a route without requirements if global is false', async () => {
    const app = await createApp({ global: false });
    app.get('/', ok);
    expect(await securityOf(app, '/')).toBeUndefined();
  });

  it('shows nothing without a securityScheme', async () => {
    const app = fastify();
    await app.register(swagger, { openapi: {} });
    await app.register(bearerAuth, { issuer: 'https://issuer.example', audience: 'a' });
    app.get('/', { config: { auth: { scope: 'read' } } }, ok);
    expect(await securityOf(app, '/')).toBeUndefined();
  });

  it('names the scheme of each scope, and covers their child scopes', async () => {
    const app = fastify();
    const schemes = { one: securitySchemes.oidc, two: securitySchemes.oidc };
    await app.register(swagger, { openapi: { components: { securitySchemes: schemes } } });
    for (const name of ['one', 'two']) {
      const scope = async (instance: FastifyInstance): Promise<void> => {
        await instance.register(bearerAuth, { ...options, securityScheme: name } as BearerAuthOptions);
        await instance.register(async (child) => void child.get('/', { config: { auth: { scope: name } } }, ok));
      };
      await app.register(scope, { prefix: `/${name}` });
    }
    await app.ready();
    const { paths } = app.swagger();
    expect(Object(paths?.['/one/']).get.security).toEqual([{ one: ['one'] }]);
    expect(Object(paths?.['/two/']).get.security).toEqual([{ two: ['two'] }]);
    await app.close();
  });

  it('does not modify the schema of a route if there is no document', async () => {
    const app = fastify();
    await app.register(bearerAuth, options);
    let schema: unknown = 'unseen';
    app.addHook('onRoute', (route) => {
      schema = route.schema;
    });
    app.get('/', ok);
    await app.ready();
    expect(schema).toBeUndefined();
    await app.close();
  });
});

// As @fastify/swagger-ui registers its pages: by a plugin without a scope, in a scope of their own.
const pages = fastifyPlugin(async (app: FastifyInstance) => {
  await app.register(
    async (scope) => {
      scope.get('/', ok);
      scope.get('/json', () => scope.swagger());
    },
    { prefix: '/documentation' },
  );
});

describe('[ADAPTERS-OPEN-ROUTE] the pages of the OpenAPI document', () => {
  const api = async (app: FastifyInstance): Promise<void> => {
    await app.register(bearerAuth, options);
    app.get('/orders', { config: { auth: { scope: 'read' } } }, ok);
  };

  async function createDocumented(application: typeof api): Promise<FastifyInstance> {
    const app = fastify();
    await app.register(swagger, { openapi: { components: { securitySchemes } } });
    await app.register(pages);
    await app.register(application);
    return app;
  }

  it('are open outside of the scope of the guard, and show its routes', async () => {
    const app = await createDocumented(api);
    expect((await app.inject('/documentation')).statusCode).toBe(200);
    const document = (await app.inject('/documentation/json')).json();
    expect(document.paths['/orders'].get.security).toEqual([{ oidc: ['read'] }]);
    expect((await app.inject('/orders')).statusCode).toBe(401);
    await app.close();
  });

  // Fastify adds a hook to existing child scopes, too.
  it('are guarded in the scope of the guard, also if they are registered first', async () => {
    const app = await createDocumented(fastifyPlugin(api));
    expect((await app.inject('/documentation')).statusCode).toBe(401);
    expect((await app.inject('/documentation/json')).statusCode).toBe(401);
    await app.close();
  });
});

describe('[ADAPTERS-SCOPE] an unknown route of an application that is a plugin, as under fastify-cli', () => {
  const application = async (app: FastifyInstance): Promise<void> => {
    await app.register(bearerAuth, { issuer: options.issuer, audience: options.audience } as BearerAuthOptions);
    app.get('/orders', ok);
  };

  async function statusesOf(plugin: typeof application): Promise<number[]> {
    const root = fastify();
    await root.register(plugin);
    const answers = await Promise.all(['/orders', '/unknown'].map((path) => root.inject(path)));
    await root.close();
    return answers.map(({ statusCode }) => statusCode);
  }

  it('is 404, because the plugin does not have it', async () => {
    expect(await statusesOf(application)).toEqual([401, 404]);
  });

  it('is 401 if the application is wrapped in fastify-plugin, or sets its own handler', async () => {
    expect(await statusesOf(fastifyPlugin(application))).toEqual([401, 401]);
    const withHandler = async (app: FastifyInstance): Promise<void> => {
      await application(app);
      app.setNotFoundHandler((_request, reply) => reply.code(404).send());
    };
    expect(await statusesOf(withHandler)).toEqual([401, 401]);
  });
});
