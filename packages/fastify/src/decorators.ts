import {
  accessRequirement,
  anyScopeRequirement,
  type Claims,
  claimsRequirement,
  type Requirements,
  scopeRequirement,
  type VerifiedToken,
  type Verifier,
} from '@verifier/core';
import type { FastifyInstance } from 'fastify';
import { type AuthHook, createAuthenticate, createRouteGuard, type Registration } from './auth-hook.ts';
import type { AnyReply, AnyRequest } from './fastify-types.ts';
import { declareState } from './request-state.ts';
import type { RouteAuth } from './route-auth.ts';

/** What the plugin decorates an instance with: the instance itself, or `fastify[decoratorName]`. */
export interface AuthDecorators {
  /** Verifies the tokens of this scope, for whatever is not an HTTP request: `fastify.verifier.verify(token)`. */
  readonly verifier: Verifier;
  /**
   * Authenticates a request, or throws: for `onRequest`, `preValidation` or `preHandler`, inside a hook of your own, and in
   * compositions of `@fastify/auth`. Scopes are not checked.
   *
   * @throws AuthError whose status and headers Fastify copies to the answer.
   *
   * @example
   * ```ts
   * import { bearerAuth } from '@verifier/fastify';
   * import Fastify from 'fastify';
   *
   * const app = Fastify();
   * await app.register(bearerAuth, {
   *   issuer: 'https://login.example.com',
   *   audience: 'https://api.example.com',
   *   global: false,
   * });
   * app.get('/orders', { onRequest: (request, reply) => app.authenticate(request, reply) }, () => []);
   * ```
   */
  authenticate(request: AnyRequest, reply?: AnyReply): Promise<void>;
  /**
   * A hook that lets requests through whose token has all of these scopes, and authenticates them first where nothing else
   * did. Otherwise answers 403 with the scopes in the challenge, and 401 to an anonymous request.
   *
   * @param scopes - One or more scopes: `'read:orders'`, `'read:orders write:orders'`, or an array. Compared exactly.
   * @throws ConfigurationError at once, where there is no scope, or one that no token can carry.
   *
   * @example
   * ```ts
   * import { bearerAuth } from '@verifier/fastify';
   * import Fastify from 'fastify';
   *
   * const app = Fastify();
   * await app.register(bearerAuth, {
   *   issuer: 'https://login.example.com',
   *   audience: 'https://api.example.com',
   *   global: false,
   * });
   * app.get('/orders', { onRequest: app.requireScope('orders:read') }, () => []);
   * ```
   */
  requireScope(...scopes: readonly (string | readonly string[])[]): AuthHook;
  /**
   * {@link AuthDecorators.requireScope} for at least one of these scopes.
   *
   * @throws ConfigurationError as it does.
   *
   * @example
   * ```ts
   * import { bearerAuth } from '@verifier/fastify';
   * import Fastify from 'fastify';
   *
   * const app = Fastify();
   * await app.register(bearerAuth, {
   *   issuer: 'https://login.example.com',
   *   audience: 'https://api.example.com',
   *   global: false,
   * });
   * app.get('/orders', { onRequest: app.requireAnyScope('orders:read', 'orders:admin') }, () => []);
   * ```
   */
  requireAnyScope(...scopes: readonly (string | readonly string[])[]): AuthHook;
  /**
   * A hook that lets requests through whose verified claims satisfy a predicate, and answers 403 to others.
   *
   * @param predicate - Returns `true`, and nothing else, to let the request through. What it throws goes to Fastify.
   * @throws ConfigurationError at once, where it is not a function.
   *
   * @example
   * ```ts
   * import { bearerAuth } from '@verifier/fastify';
   * import Fastify from 'fastify';
   *
   * const app = Fastify();
   * await app.register(bearerAuth, {
   *   issuer: 'https://login.example.com',
   *   audience: 'https://api.example.com',
   *   global: false,
   * });
   * app.get('/orders', { onRequest: app.requireClaims(({ tenant }) => tenant === 'acme') }, () => []);
   * ```
   */
  requireClaims(predicate: (claims: Claims) => boolean): AuthHook;
  /**
   * A hook for all that can be demanded: scopes, roles, permissions, groups, claims; what `config.auth` takes.
   *
   * @throws ConfigurationError at once, where nothing is demanded, or something that no token can meet.
   *
   * @example
   * ```ts
   * import { bearerAuth } from '@verifier/fastify';
   * import Fastify from 'fastify';
   *
   * const app = Fastify();
   * await app.register(bearerAuth, {
   *   issuer: 'https://login.example.com',
   *   audience: 'https://api.example.com',
   *   global: false,
   * });
   * app.get('/orders', { onRequest: app.requireAccess({ scope: 'orders:write', role: 'editor' }) }, () => []);
   * ```
   */
  requireAccess(requirements: Requirements): AuthHook;
}

declare module 'fastify' {
  interface FastifyInstance extends AuthDecorators {}

  interface FastifyRequest {
    /** The verified access token; null where the request is anonymous or the route is open. */
    auth: VerifiedToken | null;
  }

  interface FastifyContextConfig {
    /** What the route demands, where `oktaAuth` or `bearerAuth` is registered in its scope. */
    auth?: RouteAuth;
  }
}

/** Decorates requests and the instance, under names that are free. */
export function decorate(instance: FastifyInstance, registration: Registration, isNamed: boolean): void {
  const decorators = createDecorators(registration);
  declareState(instance, registration.decoratorName);
  if (isNamed) instance.decorate(registration.decoratorName, decorators);
  else for (const [name, decorator] of Object.entries(decorators)) instance.decorate(name, decorator);
}

function createDecorators(registration: Registration): AuthDecorators {
  const guardFor = (requirements: Requirements): AuthHook => createRouteGuard(registration, requirements);
  return {
    verifier: registration.guard.verifier,
    authenticate: createAuthenticate(registration),
    requireScope: (...scopes) => guardFor(scopeRequirement(...scopes)),
    requireAnyScope: (...scopes) => guardFor(anyScopeRequirement(...scopes)),
    requireClaims: (predicate) => guardFor(claimsRequirement(predicate)),
    requireAccess: (requirements) => guardFor(accessRequirement(requirements)),
  };
}
