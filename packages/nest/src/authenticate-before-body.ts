import type { INestApplication } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { ConfigurationError } from '@verifier/core';
import { controllerHandlers } from './class-handlers.ts';
import { addExpressStep } from './express-step.ts';
import { addFastifyStep } from './fastify-step.ts';
import { markRoutes } from './marked-routes.ts';
import { guardToken } from './okta-auth-guard.ts';

/**
 * Authenticates requests that have a body before Nest parses it. Without it, Nest parses the body before any guard runs, so
 * that a client without a token can upload one, and learns from a 400, 413 or 415 that it is malformed or too large.
 *
 * Call it after `create()` and `enableCors()`, and before `listen()`. It calls the guard of the route with a context of its
 * own; the guard does not authenticate the request again when Nest calls it. The guard then runs before the middleware of
 * modules and before other guards, such as those that limit the rate. Requests without a body are not affected. Not
 * authenticated early: unknown routes, routes of GraphQL, request-scoped guards, and routes that a request matches together
 * with another one that has other requirements.
 *
 * With `onError: 'framework'`, only global exception filters receive the exception.
 *
 * @param app - The application, on Express or on Fastify.
 * @throws ConfigurationError if no authentication module is imported, if the application is initialized, or if it runs on
 * another platform.
 *
 * @example
 * ```ts
 * import type { Type } from '@nestjs/common';
 * import { NestFactory } from '@nestjs/core';
 * import { authenticateBeforeBody } from '@verifier/nest';
 *
 * export async function bootstrap(AppModule: Type): Promise<void> {
 *   const app = await NestFactory.create(AppModule);
 *   authenticateBeforeBody(app);
 *   await app.listen(3000);
 * }
 * ```
 */
export function authenticateBeforeBody(app: INestApplication): void {
  const modules = app.get(ModulesContainer);
  validateApplication(app, modules);
  markRoutes(controllerHandlers(modules));
  const adapter = app.getHttpAdapter();
  if (adapter.getType() === 'express') addExpressStep(app, adapter.getInstance(), modules);
  else addFastifyStep(adapter.getInstance(), modules);
}

function validateApplication(app: INestApplication, modules: ModulesContainer): void {
  const type = app.getHttpAdapter().getType();
  if (type !== 'express' && type !== 'fastify') {
    throw new ConfigurationError(`authenticateBeforeBody() supports Express and Fastify, and not ${type}`);
  }
  if (![...modules.values()].some((module) => module.providers.has(guardToken))) {
    throw new ConfigurationError(
      'authenticateBeforeBody() found no OktaAuthModule: add OktaAuthModule.forRoot({ issuer, audience }), or BearerAuthModule.forRoot, to the imports of the root module',
    );
  }
  if (Reflect.get(app, 'isInitialized') === true) {
    throw new ConfigurationError('Call authenticateBeforeBody(app) before app.listen() or app.init()');
  }
}
