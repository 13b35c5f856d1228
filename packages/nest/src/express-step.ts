import type { INestApplication } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { authenticateEarly, type Continue, hasBody, type UnreadRequest } from './early-authentication.ts';
import { type MarkedRoutes, readExpressRoutes } from './marked-routes.ts';

/** The part of an Express 5 application that is read: the routes in the order of their registration. */
interface ExpressApp {
  readonly router: { readonly stack: readonly Layer[] };
}

interface Layer {
  match(path: string): boolean;
  /** Undefined for middleware. */
  readonly route?: ExpressRoute;
}

interface ExpressRoute {
  readonly methods: Readonly<Record<string, boolean>>;
  readonly stack: readonly { readonly handle: unknown }[];
}

interface ExpressRequest extends UnreadRequest {
  readonly path: string;
}

/** Adds middleware that authenticates requests before the body parsers, which Nest adds when it initializes. */
export function addExpressStep(app: INestApplication, express: ExpressApp, modules: ModulesContainer): void {
  app.use((request: ExpressRequest, response: unknown, next: Continue) => {
    const routes = hasBody(request) ? findRoutes(express, request) : [];
    if (routes.length === 0) next();
    else authenticateEarly(routes, modules, request, response, next);
  });
}

// All routes that match: Nest skips one if the version or the host of the request is another.
function findRoutes({ router }: ExpressApp, { method, path }: ExpressRequest): MarkedRoutes {
  const handlers = router.stack
    .filter((layer) => isMatch(layer, method, path))
    .flatMap(({ route }) => route?.stack ?? []);
  const routes = handlers.map(({ handle }) => readExpressRoutes(handle));
  return routes.includes(undefined) ? [] : routes.flatMap((each) => each ?? []);
}

function isMatch(layer: Layer, method: string, path: string): boolean {
  const { route } = layer;
  if (route === undefined || !handles(route, method)) return false;
  try {
    return layer.match(path);
  } catch {
    // The router answers a path that cannot be decoded with 400.
    return false;
  }
}

// Express calls the handlers of GET for HEAD.
function handles({ methods }: ExpressRoute, method: string): boolean {
  const names = method === 'HEAD' ? ['_all', 'head', 'get'] : ['_all', method.toLowerCase()];
  return names.some((name) => methods[name] === true);
}
