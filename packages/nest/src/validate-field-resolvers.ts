import type { ModulesContainer } from '@nestjs/core';
import { ConfigurationError } from '@verifier/core';
import { type ClassHandler, type ContainedModule, providerHandlers } from './class-handlers.ts';
import { resolveRule } from './route-rule.ts';

// The names of @nestjs/graphql. Written without loading it, because it need not be installed.
const optionsToken = 'GqlModuleOptions';
const fieldKeys = ['graphql:resolve_property', 'graphql:resolve_reference'];

/** The options of a `GraphQLModule` that are read. */
interface GraphqlOptions {
  readonly fieldResolverEnhancers?: readonly string[];
  /** The modules that the schema is built from; all of them if it is empty. */
  readonly include?: readonly unknown[];
}

/**
 * Validates that Nest runs guards for each field resolver with requirements. By default, it runs none for field resolvers.
 *
 * @throws ConfigurationError that names the class and the method, and what to write.
 */
export function validateFieldResolvers(modules: ModulesContainer): void {
  const all = [...modules.values()];
  const unguarded = all.flatMap(graphqlOptionsOf).filter((options) => !runsGuards(options));
  if (unguarded.length === 0) return;
  const ignored = all
    .filter((module) => unguarded.some((options) => isIncluded(module, options)))
    .flatMap(providerHandlers)
    .find(isFieldWithRequirements);
  if (ignored !== undefined) throw guardIgnored(ignored);
}

function graphqlOptionsOf({ providers }: ContainedModule): GraphqlOptions[] {
  const provider = providers.get(optionsToken);
  return provider === undefined ? [] : [Object(provider.instance)];
}

function runsGuards({ fieldResolverEnhancers = [] }: GraphqlOptions): boolean {
  return fieldResolverEnhancers.includes('guards');
}

function isIncluded({ metatype }: ContainedModule, { include = [] }: GraphqlOptions): boolean {
  return include.length === 0 || include.includes(metatype);
}

function isFieldWithRequirements({ handler, classOf }: ClassHandler): boolean {
  const isField = fieldKeys.some((key) => Reflect.hasMetadata(key, handler));
  return isField && resolveRule(handler, classOf).isTokenRequired;
}

function guardIgnored({ classOf, name }: ClassHandler): ConfigurationError {
  return new ConfigurationError(
    `${classOf.name}.${name} is a field resolver with requirements, and Nest runs no guard for it: write GraphQLModule.forRoot({ fieldResolverEnhancers: ['guards'] }), or require them of the queries and mutations instead`,
  );
}
