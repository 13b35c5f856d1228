import { isAuthError } from '../errors.ts';
import { challengeFor } from '../request/challenge.ts';
import type { RequestLike } from '../request/request.ts';
import {
  type ProtectedResource,
  type ProtectedResourceMetadata,
  type ResourceServer,
  wellKnownPath,
} from './protected-resource.ts';

/** The answer to a request for metadata. Adapters write it byte for byte; a runtime leaves out the body for HEAD. */
export interface MetadataAnswer {
  readonly status: 200 | 204 | 404 | 405 | 503;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer; a promise of it if the metadata of the authorization server are fetched first; undefined if there is none. */
export type MetadataResult = MetadataAnswer | Promise<MetadataAnswer> | undefined;

const allowed = 'GET, HEAD, OPTIONS';

const anyOrigin = { 'Access-Control-Allow-Origin': '*' };

const preflight: MetadataAnswer = Object.freeze({
  status: 204,
  headers: Object.freeze({
    Allow: allowed,
    ...anyOrigin,
    'Access-Control-Allow-Methods': allowed,
    'Access-Control-Allow-Headers': '*',
    'Access-Control-Max-Age': '3600',
  }),
  body: '',
});

const unstored = Object.freeze({ ...anyOrigin, 'Cache-Control': 'no-store', 'Content-Type': 'application/json' });

const otherMethod: MetadataAnswer = Object.freeze({
  status: 405,
  headers: Object.freeze({ Allow: allowed, ...unstored }),
  body: '{"error":"invalid_request","error_description":"The metadata are read with GET"}',
});

const notFound: MetadataAnswer = Object.freeze({
  status: 404,
  headers: unstored,
  body: '{"error":"not_found","error_description":"There are no metadata of a resource here"}',
});

/**
 * Returns the answer to a request for the metadata of an API (RFC 9728, section 3.1); undefined for every other request.
 * Needs no authentication. Neither the `Host` header nor a forwarded one changes it.
 *
 * @param server - A verifier. Without the option `resource`, the result is undefined.
 *
 * @example
 * ```ts
 * import { answerMetadata, createVerifier, fromFetchRequest, toFetchResponse } from '@verifier/core';
 *
 * const verifier = createVerifier({
 *   issuer: 'https://login.example.com',
 *   resource: { url: 'https://api.example.com/orders' },
 * });
 *
 * export async function handle(request: Request): Promise<Response> {
 *   const metadata = await answerMetadata(verifier, fromFetchRequest(request));
 *   if (metadata !== undefined) return toFetchResponse(metadata);
 *   const result = await verifier.authenticate(fromFetchRequest(request));
 *   if (!result.ok) return toFetchResponse(verifier.challenge(result.error));
 *   return Response.json({ subject: result.auth?.subject });
 * }
 * ```
 */
export function answerMetadata({ resource }: ResourceServer, request: RequestLike): MetadataResult {
  if (resource === undefined) return undefined;
  const target = targetOf(request);
  const { metadata, mirror } = resource;
  if (isPlace(metadata, target)) return answerMethod(request.method) ?? answerWith(metadata.document, metadata);
  if (mirror === undefined || !resource.paths.slice(1).includes(pathOf(target))) return undefined;
  return answerMethod(request.method) ?? answerMirror(mirror, metadata);
}

/**
 * The same for guards that see every request of an origin. Answers with 404 instead of 401 if there are no metadata where
 * clients look next: those of a resource at the origin itself, and of the same path with another query.
 *
 * @param servers - The verifiers of all APIs at this origin.
 *
 * @example
 * ```ts
 * import { answerMetadataOfOrigin, fromFetchRequest, toFetchResponse, type Verifier } from '@verifier/core';
 *
 * export async function serveMetadata(verifiers: readonly Verifier[], request: Request): Promise<Response | undefined> {
 *   const metadata = await answerMetadataOfOrigin(verifiers, fromFetchRequest(request));
 *   return metadata && toFetchResponse(metadata);
 * }
 * ```
 */
export function answerMetadataOfOrigin(servers: readonly ResourceServer[], request: RequestLike): MetadataResult {
  for (const server of servers) {
    const answer = answerMetadata(server, request);
    if (answer !== undefined) return answer;
  }
  const path = pathOf(targetOf(request));
  return servers.some(({ resource }) => isNear(resource, path)) ? notFound : undefined;
}

function isNear(resource: ProtectedResource | undefined, path: string): boolean {
  return resource !== undefined && (path === wellKnownPath || path === pathOf(resource.metadata.path));
}

function answerMethod(method: string): MetadataAnswer | undefined {
  if (method === 'GET' || method === 'HEAD') return undefined;
  return method === 'OPTIONS' ? preflight : otherMethod;
}

function answerWith(document: object, { headers }: Pick<ProtectedResourceMetadata, 'headers'>): MetadataAnswer {
  return { status: 200, headers, body: JSON.stringify(document) };
}

async function answerMirror(
  mirror: NonNullable<ProtectedResource['mirror']>,
  metadata: ProtectedResourceMetadata,
): Promise<MetadataAnswer> {
  try {
    return answerWith(await mirror(), metadata);
  } catch (error) {
    if (!isAuthError(error) || error.status !== 503) throw error;
    const { headers, body } = challengeFor(error, { realm: '', dpop: undefined });
    return { status: 503, headers: { ...headers, ...anyOrigin }, body };
  }
}

// A resource without a query is found whatever the query of the request is.
function isPlace({ path }: ProtectedResourceMetadata, target: string): boolean {
  return target === path || (!path.includes('?') && pathOf(target) === path);
}

function pathOf(target: string): string {
  const end = target.indexOf('?');
  return end === -1 ? target : target.slice(0, end);
}

// Path and query. A client may send an absolute URL, whose host says as little as the header (RFC 9112, section 3.2.2).
function targetOf(request: RequestLike): string {
  const target = request.target?.() ?? request.url();
  return target.startsWith('/') ? target : target.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '').replace(/#.*$/s, '');
}
