import {
  type AuthenticationRequirement,
  accessRequirement,
  anyScopeRequirement,
  authenticationRequirement,
  type Claims,
  claimsRequirement,
  policyRequirement,
  type Requirements,
  scopeRequirement,
  type VerifiedToken,
  type Verifier,
  validatePolicy,
} from '@verifier/core';
import type { FastifyInstance } from 'fastify';
import { type AuthHook, type Registration, toAuthenticate, toRouteGuard } from './auth-hook.ts';
import type { AnyReply, AnyRequest } from './fastify-types.ts';
import { declareState } from './request-state.ts';
import type { RouteAuth } from './route-auth-reader.ts';

/** The decorators of the plugin, on the instance itself or on `fastify[decoratorName]`. */
export interface AuthDecorators {
  /** The verifier of this scope, for tokens that do not come in HTTP requests: `fastify.verifier.verify(token)`. */
  readonly verifier: Verifier;
  /**
   * Authenticates a request, or throws. Use it for `onRequest`, `preValidation` or `preHandler`, in a hook of your own, and in
   * compositions of `@fastify/auth`. Does not check scopes.
   *
   * @param reply - The reply that receives the headers of the result, if there are any.
   * @throws AuthError. Without an error handler of yours, the client gets the same answer as from the plugin.
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
   * A hook that requires a token with all of these scopes. Authenticates the request first if no other hook did. Answers 403
   * with the scopes in the challenge, and 401 to an anonymous request.
   *
   * @param scopes - One or more scopes: `'read:orders'`, `'read:orders write:orders'`, or an array. Compared exactly.
   * @throws ConfigurationError immediately if there is no scope, or one that no token can carry.
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
   * A hook that requires at least one of these scopes; otherwise as {@link AuthDecorators.requireScope}.
   *
   * @throws ConfigurationError as {@link AuthDecorators.requireScope} does.
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
   * A hook that requires verified claims that satisfy a predicate; answers 403 otherwise.
   *
   * @param predicate - Returns `true`, and nothing else, to grant access. Its errors go to Fastify.
   * @throws ConfigurationError immediately if it is not a function.
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
   * A hook that requires a login of the user (RFC 9470): one of these values of `acr`, or a login of the last `maxAge` seconds,
   * or both. Answers 401 otherwise; the challenge names what the login does not meet. A route that also requires scopes writes
   * both in `config.auth`, so that one challenge names both.
   *
   * @throws ConfigurationError immediately if nothing is required, or if a member is unknown, empty or of the wrong type.
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
   * app.post('/transfers', { onRequest: app.requireAuthentication({ maxAge: 300 }) }, () => ({}));
   * ```
   */
  requireAuthentication(required: AuthenticationRequirement): AuthHook;
  /**
   * A hook for scopes, roles, permissions, groups, login and claims: the members of `config.auth`.
   *
   * @throws ConfigurationError immediately if nothing is required, or if a member is unknown, undefined, empty or of the wrong
   * type.
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
  /**
   * A hook that requires what a policy requires, one of the option `policies`.
   *
   * @throws ConfigurationError immediately if the name is unknown.
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
   *   policies: { orders: { scope: 'orders:write', role: 'editor' } },
   *   global: false,
   * });
   * app.get('/orders', { onRequest: app.requirePolicy('orders') }, () => []);
   * ```
   */
  requirePolicy(name: string): AuthHook;
}

declare module 'fastify' {
  interface FastifyInstance extends AuthDecorators {}

  interface FastifyRequest {
    /** The verified access token; null if the request is anonymous or the route is public. */
    auth: VerifiedToken | null;
  }

  interface FastifyContextConfig {
    /** The requirements of the route, if `oktaAuth` or `bearerAuth` is registered in its scope. */
    auth?: RouteAuth;
  }
}

/** Decorates requests and the instance. The names must be free. */
export function decorate(instance: FastifyInstance, registration: Registration, isNamed: boolean): void {
  const decorators = toDecorators(registration);
  declareState(instance, registration.decoratorName);
  if (isNamed) instance.decorate(registration.decoratorName, decorators);
  else for (const [name, decorator] of Object.entries(decorators)) instance.decorate(name, decorator);
}

function toDecorators(registration: Registration): AuthDecorators {
  const { verifier } = registration.guard;
  const guardFor = (requirements: Requirements): AuthHook => {
    validatePolicy(requirements, verifier);
    return toRouteGuard(registration, requirements);
  };
  return {
    verifier,
    authenticate: toAuthenticate(registration),
    requireScope: (...scopes) => guardFor(scopeRequirement(...scopes)),
    requireAnyScope: (...scopes) => guardFor(anyScopeRequirement(...scopes)),
    requireClaims: (predicate) => guardFor(claimsRequirement(predicate)),
    requireAuthentication: (required) => guardFor(authenticationRequirement(required)),
    requireAccess: (requirements) => guardFor(accessRequirement(requirements)),
    requirePolicy: (name) => guardFor(policyRequirement(name)),
  };
}
