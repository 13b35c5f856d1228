import type { OpenApiSecurity } from '@verifier/core';
import type { RouteOptions } from 'fastify';

/** Adds `security` to the schema of a route unless the schema has it. */
export function showSecurity(route: RouteOptions, security: OpenApiSecurity): void {
  route.schema = Object.assign({ security }, route.schema);
}
