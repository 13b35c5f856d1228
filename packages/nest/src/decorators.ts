import { applyDecorators, UseGuards } from '@nestjs/common';
import {
  accessRequirement,
  type Claims,
  ConfigurationError,
  claimsRequirement,
  type Requirements,
} from '@verifier/core';
import { DemandGuard } from './demand-guard.ts';
import { showSecurity } from './openapi-security.ts';
import type { RouteDecorator } from './route-decorator.ts';
import { defineRule } from './route-rule.ts';

/** What {@link OktaAuth} demands, and how the OpenAPI document shows it. */
export interface OktaAuthRequirements extends Requirements {
  /**
   * The name of the security scheme in your OpenAPI document, if it is one that takes scopes, such as that of
   * `DocumentBuilder.addOAuth2()`.
   *
   * @default `bearer`, that of `DocumentBuilder.addBearerAuth()`, which takes none
   */
  readonly securityScheme?: string;
}

/**
 * Opens a class or handler to everyone: no token is asked for, and one that is sent is not looked at. On a handler, it
 * goes before what the class demands; and a handler that demands something is not opened by its class.
 *
 * @throws ConfigurationError at once, where the same class or handler demands something.
 *
 * @example
 * ```ts
 * import { Controller, Get } from '@nestjs/common';
 * import { Public } from '@verifier/nest';
 *
 * export @Public() @Controller('orders') class OrdersController { @Get() list() { return []; } }
 * ```
 */
export function Public(): RouteDecorator {
  return applyDecorators(defineRule('@Public()', 'public'));
}

/**
 * Demands a token with all of these scopes; otherwise the answer is 403 with the scopes in the challenge, and 401 to an
 * anonymous request. On a handler, it goes before a `@RequireScope` of the class; other demands of the class stand.
 * Applies the guard of the module where that is not global.
 *
 * @param scopes - One or more scopes: `'read:orders'`, `'read:orders write:orders'`, or an array. Compared exactly.
 * @throws ConfigurationError at once, where there is no scope, or one that no token can carry.
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
  return demand('@RequireScope', accessRequirement({ scope: scopes.flat() }, '@RequireScope'));
}

/**
 * {@link RequireScope} for at least one of these scopes.
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
  return demand('@RequireAnyScope', accessRequirement({ anyScope: scopes.flat() }, '@RequireAnyScope'));
}

/**
 * Demands verified claims that satisfy a predicate, and answers 403 to others. What the predicate throws goes to Nest.
 *
 * @param predicate - Returns `true`, and nothing else, to let the request through.
 * @throws ConfigurationError at once, where it is not a function.
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
  return demand('@RequireClaims', claimsRequirement(predicate));
}

/**
 * Demands a token, and whatever else is named: scopes, roles, permissions, groups, claims; `optional: true` lets
 * anonymous requests pass. Shows it in the OpenAPI document of `@nestjs/swagger`. Applies the guard of the module where
 * that is not global.
 *
 * @throws ConfigurationError at once, where a demand is unknown, or no token can meet it.
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
  const { securityScheme, ...demands } = Object(requirements) as OktaAuthRequirements;
  if (securityScheme !== undefined && (typeof securityScheme !== 'string' || securityScheme === '')) {
    throw new ConfigurationError('@OktaAuth takes securityScheme as the name of a security scheme');
  }
  const rule = Object.keys(demands).length === 0 ? {} : accessRequirement(demands, '@OktaAuth');
  return applyDecorators(demand('@OktaAuth', rule), showSecurity(rule, securityScheme));
}

// With its guard: a demand must never depend on somebody remembering @UseGuards.
function demand(decorator: string, rule: Requirements): RouteDecorator {
  return applyDecorators(defineRule(decorator, rule), UseGuards(DemandGuard));
}
