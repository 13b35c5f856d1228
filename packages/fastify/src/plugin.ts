import {
  accessRequirement,
  ConfigurationError,
  copyOptions,
  createGuard,
  createOktaGuard,
  type Guard,
  openApiSecurity,
  type Requirements,
  type Verifier,
} from '@verifier/core';
import type { FastifyInstance, FastifyPluginAsync, onRouteHookHandler } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { toScopeHook } from './auth-hook.ts';
import { decorate } from './decorators.ts';
import { keepChallenge, toAnswerHook } from './default-answer.ts';
import { addMetadataRoute } from './metadata-route.ts';
import { showSecurity } from './openapi-security.ts';
import { type BearerAuthOptions, type OktaAuthOptions, type PluginSettings, splitOptions } from './plugin-options.ts';
import { RouteAuthReader, readRouteAuth } from './route-auth-reader.ts';
import { defaultName, reserveName, validateNames } from './scope-names.ts';
import { watchRoutes } from './watch-routes.ts';

/**
 * Protects the scope that registers it, and its child scopes: authenticates requests by an access token of an Okta
 * authorization server. Requests without a valid token are answered in `onRequest`, before the body is read.
 *
 * Checked: the signature, with the keys that the issuer publishes; `iss`, `aud`, `exp`, `nbf`; that the token is an access
 * token, not bound to a key; and the requirements in `config.auth` of the route. Not checked: other scopes, and whether the
 * token was revoked. Not protected: sibling scopes. A request for an unknown route is also answered with 401 unless it has a
 * valid token.
 *
 * Options: `issuer`, `audience` and the other options of a verifier, or `{ verifier }`; and {@link PluginSettings}. Defaults:
 * `OKTA_OAUTH2_ISSUER` and `OKTA_OAUTH2_AUDIENCE` of the environment; then, if the issuer ends in `/oauth2/default`, the
 * audience `api://default`.
 *
 * @throws ConfigurationError at start-up if an option is missing, unknown or not safe, if a name is taken, or if the scope
 * is already protected.
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
  validateInstance(instance, 'oktaAuth');
  protect(instance, options, createOktaGuard);
});

/**
 * {@link oktaAuth} for any OAuth 2.0 or OpenID Connect authorization server. Does not read the environment.
 *
 * @throws ConfigurationError at start-up, as {@link oktaAuth} does.
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
  validateInstance(instance, 'bearerAuth');
  protect(instance, options, createGuard);
});

function asPlugin<TOptions extends PluginSettings>(register: FastifyPluginAsync<TOptions>): typeof register {
  return fastifyPlugin(register, { name: '@verifier/fastify', fastify: '5.x || 6.x' });
}

// A plugin is neither called by the application nor a hook.
function validateInstance(instance: unknown, name: string): void {
  if (typeof Object(instance).addHook === 'function') return;
  throw new ConfigurationError(
    `${name} is a plugin: register it, as in app.register(${name}, { issuer, audience }). Do not call it, and do not use it as a hook`,
  );
}

function protect<TGuardOptions extends object>(
  instance: FastifyInstance,
  options: TGuardOptions & PluginSettings,
  create: (options: TGuardOptions) => Guard,
): void {
  const { settings, guardOptions } = splitOptions(options);
  const { decoratorName, global = true, warmUp = false, securityScheme } = settings;
  validateNames(instance, decoratorName);
  const guard = create(guardOptions);
  const registration = { guard, decoratorName: decoratorName ?? defaultName };
  const routes = new RouteAuthReader(requirementsByDefault(guardOptions), global, guard.verifier);
  reserveName(instance, registration.decoratorName);
  decorate(instance, registration, decoratorName !== undefined);
  watchRoutes(instance, global);
  // Before the hook of the scope.
  if (guard.verifier.resource !== undefined) addMetadataRoute(instance, guard.verifier);
  instance.addHook(
    'onRequest',
    toScopeHook(registration, ({ routeOptions }) => routes.read(readRouteAuth(routeOptions.config))),
  );
  instance.addHook('onRoute', toRouteHook(routes, guard.verifier, securityScheme));
  instance.addHook('onError', keepChallenge);
  instance.addHook('onSend', toAnswerHook(guard));
  if (warmUp) instance.addHook('onReady', async () => await guard.verifier.warmUp());
  instance.addHook('onClose', async () => await guard.close());
}

function requirementsByDefault(guardOptions: object): Requirements | undefined {
  const { optional } = copyOptions<{ readonly optional?: unknown }>(guardOptions);
  return optional === true ? accessRequirement({ optional: true }) : undefined;
}

// Reading `config.auth` also validates it, at start-up.
function toRouteHook(
  routes: RouteAuthReader,
  verifier: Verifier,
  securityScheme: string | undefined,
): onRouteHookHandler {
  return function readRoute(route) {
    const auth = readRouteAuth(route.config);
    const rule = routes.read(auth);
    if (securityScheme === undefined || !this.hasPlugin('@fastify/swagger')) return;
    if (rule !== 'public') showSecurity(route, openApiSecurity(rule ?? {}, securityScheme, verifier));
    else if (auth === false) showSecurity(route, []);
  };
}
