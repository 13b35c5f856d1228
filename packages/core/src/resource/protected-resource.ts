import { ConfigurationError } from '../errors.ts';
import type { ResolvedResource } from '../options/resolve-options.ts';
import type { JsonValue } from '../token/verified-token.ts';

/** The metadata of a protected resource, and the place from which clients fetch them (RFC 9728, sections 2 and 3). */
export interface ProtectedResourceMetadata {
  /** The path of the document at the origin of the resource, with a query if the resource has one. */
  readonly path: string;
  /** The absolute URL of the document, as in the challenges. */
  readonly url: string;
  readonly document: Readonly<Record<string, JsonValue>>;
  /** The headers of the document. */
  readonly headers: Readonly<Record<string, string>>;
}

/** This API as its verifier describes it to clients: the option `resource` of the verifier. */
export interface ProtectedResource {
  /** The resource identifier, as configured. */
  readonly url: string;
  /** The scopes for basic use. */
  readonly scopes: readonly string[];
  /** The scopes that a challenge of 400 and 401 names. */
  readonly challengeScope: 'required' | 'supported' | false;
  readonly metadata: ProtectedResourceMetadata;
  /** Every path of this resource that is answered without authentication. */
  readonly paths: readonly string[];
  /** Returns the metadata of its authorization server; undefined without `mirrorAuthorizationServer`. */
  readonly mirror?: (() => Promise<object>) | undefined;
}

/** The part of a verifier that describes its resource. */
export interface ResourceServer {
  readonly resource?: ProtectedResource | undefined;
}

/** The path of the metadata of a resource without a path (RFC 9728, section 3). */
export const wellKnownPath = '/.well-known/oauth-protected-resource';

const mirrorPath = '/.well-known/oauth-authorization-server';

const headers = Object.freeze({
  'Content-Type': 'application/json',
  'Cache-Control': 'max-age=3600',
  'Access-Control-Allow-Origin': '*',
});

/**
 * Describes the configured resource. Everything in it comes from the options, and nothing from a request.
 *
 * @param mirrored - Returns the metadata of the first authorization server.
 * @param binding - The members about tokens that are bound to a key.
 */
export function describeResource(
  options: ResolvedResource,
  mirrored: () => Promise<object>,
  binding: ProtectedResourceMetadata['document'],
): ProtectedResource {
  const { url, scopes, challengeScope, mirrorAuthorizationServer: hasMirror } = options;
  const { origin, pathname, search } = new URL(url);
  // RFC 9728, section 3.1: between the host and the path; a slash that ends the host is removed.
  const path = `${wellKnownPath}${pathname === '/' ? '' : pathname}${search}`;
  const metadata = Object.freeze({ path, url: `${origin}${path}`, document: documentOf(options, binding), headers });
  // Clients look for an authorization server at the origin, and below the path of the resource (RFC 8414, section 3.1).
  const mirrors = hasMirror ? [...new Set([mirrorPath, `${mirrorPath}${pathname === '/' ? '' : pathname}`])] : [];
  const paths = Object.freeze([path.slice(0, path.length - search.length), ...mirrors]);
  return Object.freeze({ url, scopes, challengeScope, metadata, paths, mirror: hasMirror ? mirrored : undefined });
}

function documentOf(
  options: ResolvedResource,
  binding: ProtectedResourceMetadata['document'],
): ProtectedResourceMetadata['document'] {
  const { url, authorizationServers, scopes, name, documentation, policy, terms, metadata } = options;
  return Object.freeze({
    resource: url,
    authorization_servers: authorizationServers,
    // RFC 9728, section 3.2: a member without values is left out.
    ...(scopes.length > 0 && { scopes_supported: scopes }),
    bearer_methods_supported: Object.freeze(['header']),
    ...(name !== undefined && { resource_name: name }),
    ...(documentation !== undefined && { resource_documentation: documentation }),
    ...(policy !== undefined && { resource_policy_uri: policy }),
    ...(terms !== undefined && { resource_tos_uri: terms }),
    ...binding,
    ...metadata,
  });
}

/**
 * Returns the metadata of the API of a verifier with the option `resource` (RFC 9728, section 2). The adapters serve them;
 * use it to serve them from elsewhere, such as a static site.
 *
 * @throws ConfigurationError if the verifier has no `resource`.
 *
 * @example
 * ```ts
 * import { createVerifier, protectedResourceMetadata } from '@verifier/core';
 *
 * const verifier = createVerifier({
 *   issuer: 'https://login.example.com',
 *   resource: { url: 'https://api.example.com/orders', scopes: ['orders:read'] },
 * });
 *
 * const { url, document } = protectedResourceMetadata(verifier);
 * console.log(url, document); // https://api.example.com/.well-known/oauth-protected-resource/orders { resource: … }
 * ```
 */
export function protectedResourceMetadata(verifier: ResourceServer): ProtectedResourceMetadata {
  const { resource } = Object(verifier) as ResourceServer;
  if (resource !== undefined) return resource.metadata;
  throw new ConfigurationError(
    "The verifier has no resource: create it with the option resource, such as { url: 'https://api.example.com' }",
  );
}
