import type { ModulesContainer } from '@nestjs/core';
import { type Guard, type OpenApiSecurity, openApiSecurity, type Requirements } from '@verifier/core';
import { type ClassHandler, controllerHandlers } from './class-handlers.ts';
import { type RouteDecorator, routeDecorator } from './route-decorator.ts';
import { resolveRule } from './route-rule.ts';

// The metadata keys of @ApiSecurity and of routes. Written without loading @nestjs/swagger, which need not be installed.
const securityKey = 'swagger/apiSecurity';
const pathKey = 'path';
const writtenKey = '@verifier/nest/written-security';
const schemeKey = '@verifier/nest/security-scheme';

/** Names the security scheme of a class or handler, for {@link showSecurity}; one without scopes if it is undefined. */
export function nameScheme(scheme: string | undefined): RouteDecorator {
  return routeDecorator('@OktaAuth', (target, method) => {
    const named = { scheme };
    Reflect.defineMetadata(schemeKey, named, target);
    // Another decorator may replace the function and lose what is written on it.
    if (method !== undefined) Reflect.defineMetadata(schemeKey, named, method.prototype, method.name);
  });
}

/**
 * Shows in the OpenAPI document which routes require a token, and which are public. A method that several controllers
 * inherit with different rules is left as it is.
 *
 * @param isGlobal - Whether routes without a decorator are guarded, too.
 */
export function showSecurity(modules: ModulesContainer, guard: Guard, isGlobal: boolean): void {
  const routes = controllerHandlers(modules).filter(({ handler }) => Reflect.hasMetadata(pathKey, handler));
  for (const [handler, sharing] of Map.groupBy(routes, (route) => route.handler)) {
    const all = sharing.map((route) => securityOf(route, guard, isGlobal));
    const [security] = all;
    const isSame = all.every((each) => JSON.stringify(each) === JSON.stringify(security));
    if (security !== undefined && isSame) write(handler, security);
  }
}

// Several applications of one process may have the same controllers.
function write(handler: object, security: OpenApiSecurity): void {
  const written: OpenApiSecurity =
    Reflect.getOwnMetadata(writtenKey, handler) ?? Reflect.getOwnMetadata(securityKey, handler) ?? [];
  Reflect.defineMetadata(writtenKey, written, handler);
  Reflect.defineMetadata(securityKey, [...security, ...written], handler);
}

function securityOf(route: ClassHandler, guard: Guard, isGlobal: boolean): OpenApiSecurity | undefined {
  const { handler, classOf } = route;
  const { rule, isWritten } = resolveRule(handler, classOf);
  if (rule === 'public') return [{}];
  const named = schemeOf(route);
  // Without @OktaAuth(), the application's own @ApiSecurity() decides.
  if (named === undefined && (!(isWritten || isGlobal) || isDocumented(route))) return undefined;
  const requirements = rule === 'token' ? requirementsByDefault(guard) : rule;
  if (named?.scheme === undefined) return bearerSecurity(requirements);
  // Only a global guard is known to be that of the route.
  return openApiSecurity(requirements, named.scheme, isGlobal ? guard.verifier : undefined);
}

function schemeOf({ handler, classOf, name }: ClassHandler): { readonly scheme: string | undefined } | undefined {
  return (
    Reflect.getMetadata(schemeKey, handler) ??
    Reflect.getMetadata(schemeKey, classOf.prototype, name) ??
    Reflect.getMetadata(schemeKey, classOf)
  );
}

function isDocumented({ handler, classOf }: ClassHandler): boolean {
  const own = Reflect.getOwnMetadata(writtenKey, handler) ?? Reflect.getOwnMetadata(securityKey, handler) ?? [];
  return own.length > 0 || Reflect.hasMetadata(securityKey, classOf);
}

function requirementsByDefault({ verifier }: Guard): Requirements {
  return Reflect.get(verifier, 'optional') === true ? { optional: true } : {};
}

// The scheme of `DocumentBuilder.addBearerAuth()`, which takes no scopes.
function bearerSecurity({ optional }: Requirements): OpenApiSecurity {
  return openApiSecurity(optional === undefined ? {} : { optional }, 'bearer');
}
