import { ConfigurationError } from '@verifier/core';
import type { FastifyInstance, onRequestHookHandler, RouteOptions } from 'fastify';
import { readRouteAuth } from './route-auth-reader.ts';
import { isProtected, isWithin, rootOf } from './scope-names.ts';

/** The routes of an application, as far as they are known before it starts. */
interface RouteWatch {
  /** Routes with a sign that they require something, which were added after the first registration. */
  readonly requiring: { readonly scope: FastifyInstance; readonly route: string; readonly sign: string }[];
  /** Every scope that has a route, or a handler for unknown routes. */
  readonly scopes: Set<FastifyInstance>;
}

const watches = new WeakMap<FastifyInstance, RouteWatch>();

/**
 * Finds the mistakes of a registration in a scope that is not the application, such as the one that `register` opens for a
 * plugin file: routes outside of it that have `config.auth`, or a decorator that is undefined there, and a scope without
 * routes. Each would leave routes open. The start of the application fails.
 *
 * A route that was added before the registration is not visible at the start. Its requests are answered with 500.
 */
export function watchRoutes(scope: FastifyInstance, isGlobal: boolean): void {
  const root = rootOf(scope);
  if (root === scope) return;
  const watch = watches.get(root) ?? startWatch(root);
  scope.addHook('onReady', async () => {
    const open = watch.requiring.find((each) => !isProtected(each.scope));
    if (open !== undefined) throw notInScope(open.route, open.sign);
    if (isGlobal && ![...watch.scopes].some((each) => isWithin(each, scope))) throw protectsNothing();
  });
}

function startWatch(root: FastifyInstance): RouteWatch {
  const watch: RouteWatch = { requiring: [], scopes: new Set() };
  watches.set(root, watch);
  root.addHook('onRoute', function watchRoute(route) {
    const sign = findSign(route);
    if (sign !== undefined) watch.requiring.push({ scope: this, route: `${route.method} ${route.url}`, sign });
  });
  root.addHook('onRequest', toHook(watch.scopes));
  return watch;
}

// Fastify adds a hook of the application to every scope, and binds it to the scope of each route before `onReady`.
function toHook(scopes: Set<FastifyInstance>): onRequestHookHandler {
  const denyUnprotected: onRequestHookHandler = ({ routeOptions, server }, _reply, done) => {
    const { config, method, url } = routeOptions;
    if (isRequirement(readRouteAuth(config)) && !isProtected(server))
      done(notInScope(`${method} ${url}`, 'config.auth'));
    else done();
  };
  const bind = (scope: FastifyInstance): onRequestHookHandler => {
    scopes.add(scope);
    return denyUnprotected;
  };
  return Object.assign(denyUnprotected, { bind });
}

const hooks = ['onRequest', 'preParsing', 'preValidation', 'preHandler'] as const;

function findSign(route: RouteOptions): string | undefined {
  if (isRequirement(readRouteAuth(route.config))) return 'config.auth';
  // `onRequest: app.authenticate` where the decorator is not visible. Fastify takes it for no hook.
  const hook = hooks.find((name) => Object.hasOwn(route, name) && route[name] === undefined);
  return hook && `${hook}: undefined`;
}

// Other values may belong to another plugin.
function isRequirement(auth: unknown): boolean {
  return auth === true || (typeof auth === 'object' && auth !== null);
}

function notInScope(route: string, sign: string): ConfigurationError {
  return new ConfigurationError(
    `${route} has ${sign}, but oktaAuth or bearerAuth is not registered in its scope. Wrap the plugin that registers it in fastify-plugin, or register it in the scope of the route`,
  );
}

function protectsNothing(): ConfigurationError {
  return new ConfigurationError(
    'oktaAuth or bearerAuth is registered in a scope without routes, such as that of a plugin file, and protects none. Wrap the plugin that registers it in fastify-plugin, or register it in the scope of the routes. With { global: false } it only adds its decorators',
  );
}
