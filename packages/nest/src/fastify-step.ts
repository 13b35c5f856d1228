import type { ModulesContainer } from '@nestjs/core';
import { authenticateEarly, type Continue, hasBody, type UnreadRequest } from './early-authentication.ts';
import { readFastifyRoutes } from './marked-routes.ts';

/** The part of a Fastify instance that is used. */
interface FastifyApp {
  addHook(name: 'onRoute', hook: (route: RouteOptions) => void): unknown;
}

interface RouteOptions {
  readonly config?: object;
  onRequest?: RequestHook | readonly RequestHook[];
}

type RequestHook = (request: UnreadRequest, reply: unknown, done: Continue) => void;

/** Adds a hook to each route of Nest that authenticates requests after the hooks of the application, before the body. */
export function addFastifyStep(fastify: FastifyApp, modules: ModulesContainer): void {
  fastify.addHook('onRoute', (route) => {
    const routes = readFastifyRoutes(route.config);
    if (routes === undefined) return;
    const hook: RequestHook = (request, reply, done) => {
      if (hasBody(request)) authenticateEarly(routes, modules, request, reply, done);
      else done();
    };
    route.onRequest = [route.onRequest ?? [], hook].flat();
  });
}
