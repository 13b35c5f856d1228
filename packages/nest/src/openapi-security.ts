import type { Requirements } from '@verifier/core';
import { type RouteDecorator, routeDecorator } from './route-decorator.ts';

/** Alternatives, each of which suffices: the name of a security scheme, and the scopes that it takes. */
type Security = readonly Readonly<Record<string, readonly string[]>>[];

// Where @nestjs/swagger keeps what @ApiSecurity says. Written without loading it, so that it need not be there.
const securityKey = 'swagger/apiSecurity';

/** Shows in the OpenAPI document that a class or handler demands a token. */
export function showSecurity(requirements: Requirements, scheme: string | undefined): RouteDecorator {
  return routeDecorator((place) => {
    const written: Security = Reflect.getOwnMetadata(securityKey, place) ?? [];
    Reflect.defineMetadata(securityKey, [...written, ...securityOf(requirements, scheme)], place);
  });
}

// The scheme of `DocumentBuilder.addBearerAuth()` takes no scopes; one that was named by its user does.
function securityOf({ scope = [], anyScope, optional }: Requirements, scheme: string | undefined): Security {
  const always = typeof scope === 'string' ? scope.split(' ') : scope;
  const choices = anyScope === undefined ? [always] : anyScope.map((name) => [...new Set([...always, name])]);
  const alternatives = scheme === undefined ? [{ bearer: [] }] : choices.map((scopes) => ({ [scheme]: [...scopes] }));
  return optional === true ? [...alternatives, {}] : alternatives;
}
