import { normalizePath, normalizeUri } from '../../lib/normalize-uri.ts';

// The path of a request target in absolute form (RFC 9112, section 3.2.2).
const absoluteForm = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*(?<path>[^?#]*)/i;

/**
 * Whether `htu` names the URI of a request (RFC 9449, section 4.3, item 9). Scheme and host come from the configuration,
 * never from the request: the sender of a captured proof writes `Host`, `X-Forwarded-Host` and an absolute request target.
 *
 * @param htu - The claim of the proof.
 * @param publicUrls - Normalized, without a slash at the end.
 * @param target - The request target as sent (RFC 9112, section 3.2).
 */
export function isTarget(htu: string, publicUrls: readonly string[], target: string): boolean {
  const path = normalizePath(pathOf(target));
  const given = normalizeUri(htu);
  return given !== undefined && publicUrls.some((publicUrl) => given === `${publicUrl}${path}`);
}

function pathOf(target: string): string {
  if (!target.startsWith('/')) return absoluteForm.exec(target)?.groups?.['path'] ?? '';
  const end = target.search(/[?#]/);
  return end === -1 ? target : target.slice(0, end);
}
