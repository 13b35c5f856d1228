import { createGuard, createOktaGuard, type Guard, isAuthError, type Requirements } from '@verifier/core';
import type { FastifyInstance, FastifyPluginAsync, onErrorHookHandler, onRouteHookHandler } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { createScopeHook } from './auth-hook.ts';
import { decorate } from './decorators.ts';
import { securityOf, showSecurity } from './openapi-security.ts';
import { type BearerAuthOptions, type OktaAuthOptions, type PluginSettings, splitOptions } from './plugin-options.ts';
import { createRouteAuthReader, type RouteAuthReader } from './route-auth.ts';
import { assertFree, defaultName, occupy } from './scope-names.ts';

/**
 * Protects the scope that registers it, child scopes included: lets requests through that carry a valid access token of
 * an Okta authorization server, and answers all others, in `onRequest`, before any body is read.
 *
 * Checked: the signature, with the keys that the issuer publishes; `iss`, `aud`, `exp`, `nbf`; and that the token is an
 * access token, not bound to a key that was not proved; and what `config.auth` of the route demands. Not checked: other
 * scopes, and whether the token was revoked since it was issued. Not protected: sibling scopes. A request for an unknown
 * route is answered with 401 too, unless it carries a valid token.
 *
 * Options: `issuer` and `audience`, and whatever else a verifier can be told; or `{ verifier }`; and {@link PluginSettings}.
 * Defaults: `OKTA_OAUTH2_ISSUER` and `OKTA_OAUTH2_AUDIENCE` of the environment; then, for an issuer that ends in
 * `/oauth2/default`, the audience `api://default`.
 *
 * @throws ConfigurationError at start-up, where an option is missing, unknown or not safe, where a name is taken, or where
 * the scope is protected already.
 *
 * @example
 * ```ts
 * import { getAuth, oktaAuth } from '@verifier/fastify';
 * import Fastify from 'fastify';
 *
 * const app = Fastify();
 * await app.register(oktaAuth, { issuer: 'https://example.okta.com/oauth2/default', audience: 'api://default' });
 * app.get('/profile', (request) => ({ subject: getAuth(request).subject }));
 * app.get('/health', { config: { auth: false } }, () => 'ok');
 * await app.listen({ port: 3000 });
 * ```
 */
export const oktaAuth: FastifyPluginAsync<OktaAuthOptions> = asPlugin(async (instance, options) => {
  protect(instance, options, createOktaGuard);
});

/**
 * {@link oktaAuth} for any OAuth 2.0 or OpenID Connect authorization server. Reads no environment variable.
 *
 * @throws ConfigurationError at start-up, as it does.
 *
 * @example
 * ```ts
 * import { bearerAuth, getAuth } from '@verifier/fastify';
 * import Fastify from 'fastify';
 *
 * const app = Fastify();
 * await app.register(bearerAuth, { issuer: 'https://login.example.com', audience: 'https://api.example.com' });
 * app.get('/profile', (request) => ({ subject: getAuth(request).subject }));
 * app.get('/orders', { config: { auth: { scope: 'orders:read' } } }, () => []);
 * await app.listen({ port: 3000 });
 * ```
 */
export const bearerAuth: FastifyPluginAsync<BearerAuthOptions> = asPlugin(async (instance, options) => {
  protect(instance, options, createGuard);
});

function asPlugin<TOptions extends PluginSettings>(register: FastifyPluginAsync<TOptions>): typeof register {
  return fastifyPlugin(register, { name: '@verifier/fastify', fastify: '5.x || 6.x' });
}

function protect<TGuardOptions extends object>(
  instance: FastifyInstance,
  options: TGuardOptions & PluginSettings,
  create: (options: TGuardOptions) => Guard,
): void {
  const { settings, guardOptions } = splitOptions(options);
  const { decoratorName, global = true, warmUp = false, securityScheme } = settings;
  assertFree(instance, decoratorName);
  const guard = create(guardOptions);
  const registration = { guard, decoratorName: decoratorName ?? defaultName };
  const read = createRouteAuthReader(demandByDefault(guardOptions), global);
  occupy(instance, registration.decoratorName);
  decorate(instance, registration, decoratorName !== undefined);
  instance.addHook(
    'onRequest',
    createScopeHook(registration, ({ routeOptions }) => read(routeOptions.config.auth)),
  );
  instance.addHook('onRoute', createRouteHook(read, securityScheme));
  instance.addHook('onError', keepChallenge);
  if (warmUp) instance.addHook('onReady', async () => await guard.verifier.warmUp());
  instance.addHook('onClose', async () => await guard.close());
}

function demandByDefault(guardOptions: object): Requirements {
  return 'optional' in guardOptions && guardOptions.optional === true ? { optional: true } : {};
}

// Reading what a route demands also checks it, at start-up.
function createRouteHook(read: RouteAuthReader, securityScheme: string | undefined): onRouteHookHandler {
  return function checkRoute(route) {
    const auth = route.config?.auth;
    const requirements = read(auth);
    if (securityScheme === undefined || !this.hasPlugin('@fastify/swagger')) return;
    if (requirements !== undefined) showSecurity(route, securityOf(requirements, securityScheme));
    else if (auth === false) showSecurity(route, []);
  };
}

// An error handler of the application need not know about challenges: they are in its answer when it is called.
const keepChallenge: onErrorHookHandler = (_request, reply, error, done) => {
  if (isAuthError(error) && error.headers !== undefined) reply.code(error.status).headers(error.headers);
  done();
};
