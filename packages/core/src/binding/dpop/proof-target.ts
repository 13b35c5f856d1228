import { ConfigurationError } from '../../errors.ts';
import { normalizePath, normalizeUri } from '../../lib/normalize-uri.ts';
import type { RequestLike } from '../../request/request.ts';
import type { ProofRequest } from '../proof-request.ts';

// The path of a request target in absolute form (RFC 9112, section 3.2.2).
const absoluteForm = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*(?<path>[^?#]*)/i;

/**
 * The URIs that `htu` of the proof of a request may name (RFC 9449, section 4.3, item 9). Scheme and host come from the
 * configuration, never from the request: the sender of a captured proof writes `Host`, `X-Forwarded-Host` and an absolute
 * request target.
 *
 * @param publicUrls - Normalized, without a slash at the end.
 * @throws ConfigurationError if the request does not have its target.
 */
export function urisOf(request: RequestLike | ProofRequest, publicUrls: readonly string[]): readonly string[] {
  if (isProofRequest(request)) return [request.uri];
  const target = request.target?.();
  if (target === undefined) {
    throw new ConfigurationError('A RequestLike must have target(), the path of the request, for DPoP');
  }
  const path = pathOf(target);
  if (path === undefined) return [];
  const normalized = normalizePath(path);
  return publicUrls.map((publicUrl) => `${publicUrl}${normalized}`);
}

// Room for encoded characters and dot segments, so that the cost of refusing a long URI has a bound.
const maxFactor = 4;
const maxExtra = 1024;

/** Whether `htu` names one of some normalized URIs. */
export function namesUri(htu: string, uris: readonly string[]): boolean {
  // Most clients send the normal form.
  if (uris.includes(htu)) return true;
  const [uri = ''] = htu.split(/[?#]/, 1);
  if (uri.length > maxFactor * Math.max(...uris.map(({ length }) => length)) + maxExtra) return false;
  const given = normalizeUri(htu);
  return given !== undefined && uris.includes(given);
}

function isProofRequest(request: RequestLike | ProofRequest): request is ProofRequest {
  return Object.hasOwn(request, 'uri');
}

// Undefined if the target is none of the forms of RFC 9112, section 3.2: a framework may read another path in it.
function pathOf(target: string): string | undefined {
  if (target === '*') return '';
  if (!target.startsWith('/')) return absoluteForm.exec(target)?.groups?.['path'];
  const end = target.search(/[?#]/);
  return end === -1 ? target : target.slice(0, end);
}
