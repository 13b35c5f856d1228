import {
  type AuthenticationRequirement,
  accessRequirement,
  authenticationRequirement,
  type Claims,
  ConfigurationError,
  claimsRequirement,
  copyOptions,
  policyRequirement,
  type Requirements,
} from '@verifier/core';
import { guardRequirements } from './guard-requirements.ts';
import { nameScheme } from './openapi-security.ts';
import { combineDecorators, type RouteDecorator } from './route-decorator.ts';
import { validateCalled } from './validate-called.ts';
import { defineRule } from './written-rule.ts';

/** The requirements of {@link OktaAuth}, and how the OpenAPI document shows them. */
export interface OktaAuthRequirements extends Requirements {
  /**
   * The name of the security scheme in your OpenAPI document, if it is one that takes scopes, such as the scheme of
   * `DocumentBuilder.addOAuth2()`.
   *
   * @default `bearer`, the scheme of `DocumentBuilder.addBearerAuth()`, which takes none
   */
  readonly securityScheme?: string;
}

/**
 * Makes a class or handler public: no token is required, and a token that is sent is ignored. On a handler, it overrides
 * the requirements of the class. On a class, it does not override the requirements of a handler. It is not inherited:
 * write it again on a derived controller, and on a method that overrides another one.
 *
 * @throws ConfigurationError immediately if the same class or handler has requirements.
 *
 * @example
 * ```ts
 * import { Controller, Get } from '@nestjs/common';
 * import { Public } from '@verifier/nest';
 *
 * export @Public() @Controller('orders') class OrdersController { @Get() list() { return []; } }
 * ```
 */
export function Public(...uncalled: readonly never[]): RouteDecorator {
  validateCalled(uncalled[0], '@Public()');
  return defineRule('@Public()', 'public');
}

/**
 * Requires a token with all of these scopes. Answers 403 with the scopes in the challenge, and 401 to an anonymous
 * request. On a handler, it overrides a `@RequireScope` of the class; other requirements of the class still apply. They also
 * apply to a derived class, to an override of the handler without its own requirement, and to a function with which another
 * decorator replaced the handler. Applies the guard of the module if that is not global.
 *
 * @param scopes - One or more scopes: `'read:orders'`, `'read:orders write:orders'`, or an array. Compared exactly.
 * @throws ConfigurationError immediately if there is no scope, or one that no token can carry.
 *
 * @example
 * ```ts
 * import { Controller, Get } from '@nestjs/common';
 * import { RequireScope } from '@verifier/nest';
 *
 * export @RequireScope('orders:read') @Controller('orders') class OrdersController { @Get() list() { return []; } }
 * ```
 */
export function RequireScope(...scopes: readonly (string | readonly string[])[]): RouteDecorator {
  validateCalled(scopes[0], "@RequireScope('read:orders')");
  return requirementDecorator('@RequireScope', accessRequirement({ scope: scopes.flat() }, '@RequireScope'));
}

/**
 * Requires at least one of these scopes; otherwise as {@link RequireScope}.
 *
 * @throws ConfigurationError as {@link RequireScope} does.
 *
 * @example
 * ```ts
 * import { Controller, Get } from '@nestjs/common';
 * import { RequireAnyScope } from '@verifier/nest';
 *
 * export @RequireAnyScope('orders:read', 'admin') @Controller('orders') class OrdersController { @Get() list() { return []; } }
 * ```
 */
export function RequireAnyScope(...scopes: readonly (string | readonly string[])[]): RouteDecorator {
  validateCalled(scopes[0], "@RequireAnyScope('read:orders')");
  return requirementDecorator('@RequireAnyScope', accessRequirement({ anyScope: scopes.flat() }, '@RequireAnyScope'));
}

/**
 * Requires verified claims that satisfy a predicate; answers 403 otherwise. Errors of the predicate go to Nest.
 *
 * @param predicate - Returns `true`, and nothing else, to grant access.
 * @throws ConfigurationError immediately if it is not a function.
 *
 * @example
 * ```ts
 * import { Controller, Get } from '@nestjs/common';
 * import { type Claims, RequireClaims } from '@verifier/nest';
 *
 * const isAcme = ({ tenant }: Claims) => tenant === 'acme';
 *
 * export @RequireClaims(isAcme) @Controller('orders') class OrdersController { @Get() list() { return []; } }
 * ```
 */
export function RequireClaims(predicate: (claims: Claims) => boolean): RouteDecorator {
  validateCalled(predicate, "@RequireClaims((claims) => claims.tenant === 'acme')");
  return requirementDecorator('@RequireClaims', claimsRequirement(predicate, '@RequireClaims'));
}

/**
 * Requires a login of the user (RFC 9470): one of these values of `acr`, or a login of the last `maxAge` seconds, or both.
 * Answers 401 otherwise; the challenge names what the login does not meet, and the scopes that other decorators of the route
 * require. On a handler, it overrides a `@RequireAuthentication` of the class.
 *
 * @throws ConfigurationError immediately if nothing is required, or if a member is unknown, undefined, empty or of the wrong
 * type.
 *
 * @example
 * ```ts
 * import { Controller, Post } from '@nestjs/common';
 * import { RequireAuthentication } from '@verifier/nest';
 *
 * export @RequireAuthentication({ maxAge: 300 }) @Controller('transfers') class TransfersController { @Post() create() { return {}; } }
 * ```
 */
export function RequireAuthentication(required: AuthenticationRequirement): RouteDecorator {
  validateCalled(required, '@RequireAuthentication({ maxAge: 300 })');
  return requirementDecorator('@RequireAuthentication', authenticationRequirement(required, '@RequireAuthentication'));
}

/**
 * Requires what a policy requires, one of the option `policies` of the module; otherwise as {@link RequireScope}.
 *
 * @throws ConfigurationError immediately if the name is not text, and at the start of the application if it is unknown.
 *
 * @example
 * ```ts
 * import { Controller, Get } from '@nestjs/common';
 * import { RequirePolicy } from '@verifier/nest';
 *
 * export @RequirePolicy('orders') @Controller('orders') class OrdersController { @Get() list() { return []; } }
 * ```
 */
export function RequirePolicy(name: string): RouteDecorator {
  validateCalled(name, "@RequirePolicy('orders')");
  return requirementDecorator('@RequirePolicy', policyRequirement(name, undefined, '@RequirePolicy'));
}

/**
 * Requires a token that meets all members: scopes, roles, permissions, groups, login, claims. `optional: true` also lets anonymous
 * requests through. Names the security scheme in the OpenAPI document. Applies the guard of the module if that is not
 * global.
 *
 * @param requirements - Without them, any valid token is enough.
 * @throws ConfigurationError immediately if a member is unknown, undefined, empty or of the wrong type.
 *
 * @example
 * ```ts
 * import { Controller, Get } from '@nestjs/common';
 * import { OktaAuth } from '@verifier/nest';
 *
 * export @OktaAuth({ scope: 'orders:write', role: 'editor' }) @Controller('orders') class OrdersController { @Get() list() { return []; } }
 * ```
 */
export function OktaAuth(requirements: OktaAuthRequirements = {}): RouteDecorator {
  validateCalled(requirements, '@OktaAuth()');
  const { rule, scheme } = parseRequirements(requirements);
  return combineDecorators(requirementDecorator('@OktaAuth', rule), nameScheme(scheme));
}

// With its guard: requirements must not depend on the application adding @UseGuards.
function requirementDecorator(decorator: string, rule: Requirements): RouteDecorator {
  return combineDecorators(defineRule(decorator, rule), guardRequirements(decorator));
}

function parseRequirements(requirements: OktaAuthRequirements): { rule: Requirements; scheme: string | undefined } {
  if (!isPlainObject(requirements))
    throw new ConfigurationError("@OktaAuth takes an object, such as { scope: 'read' }");
  const { securityScheme: _, ...rest } = requirements;
  const { securityScheme } = copyOptions(requirements);
  if (securityScheme !== undefined && (typeof securityScheme !== 'string' || securityScheme === '')) {
    throw new ConfigurationError('@OktaAuth takes securityScheme as the name of a security scheme');
  }
  const rule = Reflect.ownKeys(rest).length === 0 ? {} : accessRequirement(rest, '@OktaAuth');
  return { rule, scheme: securityScheme };
}

// The copy of an instance would have none of its inherited members, and so require nothing.
function isPlainObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // As an Object.prototype does, also that of another realm.
  return prototype === null || Object.hasOwn(Object(prototype), 'isPrototypeOf');
}
