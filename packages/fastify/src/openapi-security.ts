import type { Requirements } from '@verifier/core';
import type { RouteOptions } from 'fastify';

/** Alternatives, each of which suffices: the name of a security scheme, and the scopes that it takes. */
type Security = readonly Readonly<Record<string, readonly string[]>>[];

/** Shows what a route demands in its schema, where it does not say so itself. */
export function showSecurity(route: RouteOptions, security: Security): void {
  route.schema = Object.assign({ security }, route.schema);
}

/** What a route demands, in the words of an OpenAPI document. What has no word there, such as `claims`, is left out. */
export function securityOf({ scope = [], anyScope, optional }: Requirements, scheme: string): Security {
  const always = typeof scope === 'string' ? [scope] : scope;
  const choices = anyScope === undefined ? [always] : anyScope.map((name) => [...new Set([...always, name])]);
  const alternatives = choices.map((scopes) => ({ [scheme]: [...scopes] }));
  return optional === true ? [...alternatives, {}] : alternatives;
}
