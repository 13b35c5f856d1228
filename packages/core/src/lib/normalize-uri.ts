// RFC 3986, section 2.3: their encoded form is equivalent to them.
const unreserved = /^[A-Za-z0-9\-._~]$/;
// RFC 3986, section 3.3: every other character of a path must be encoded.
const illegal = /[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]/gu;
const encodedOctet = /%[0-9A-Fa-f]{2}/g;
// A path that is its own normal form: most paths of most requests.
const plainPath = /^(?:\/[A-Za-z0-9\-_~!$&'()*+,;=:@]+(?:\.[A-Za-z0-9\-_~]+)*)*\/?$/;
const uriSyntax = /^(?<scheme>https?):\/\/(?<authority>[^/?#]*)(?<path>[^?#]*)/i;

/**
 * Normalizes an http or https URI (RFC 3986, sections 6.2.2 and 6.2.3), without its query and fragment. The case of a path
 * and a slash at its end count.
 *
 * @returns undefined if the text is no such URI, or has user information or a control character.
 */
export function normalizeUri(uri: string): string | undefined {
  if (hasControls(uri)) return undefined;
  const { scheme, authority, path } = uriSyntax.exec(uri)?.groups ?? {};
  if (scheme === undefined || authority === undefined || path === undefined) return undefined;
  const origin = normalizeOrigin(`${scheme}://${authority}`);
  return origin === undefined ? undefined : `${origin}${normalizePath(path)}`;
}

/** Normalizes the path of a URI: an encoded slash stays encoded (RFC 3986, section 6.2.2.2). */
export function normalizePath(path: string): string {
  if (plainPath.test(path)) return path === '' ? '/' : path;
  const encoded = path.replace(illegal, encodeCharacter).replace(encodedOctet, normalizeOctet);
  return removeDotSegments(encoded);
}

// The host in lower case and as an A-label, without the default port.
function normalizeOrigin(text: string): string | undefined {
  if (text.includes('@') || text.includes('\\') || !URL.canParse(text)) return undefined;
  const { origin } = new URL(text);
  return origin;
}

function encodeCharacter(character: string): string {
  // Half a surrogate pair has no encoding.
  return character.isWellFormed() ? encodeURIComponent(character) : '%EF%BF%BD';
}

function normalizeOctet(octet: string): string {
  const character = String.fromCharCode(Number.parseInt(octet.slice(1), 16));
  return unreserved.test(character) ? character : octet.toUpperCase();
}

// RFC 3986, section 5.2.4.
function removeDotSegments(path: string): string {
  const segments = path.split('/');
  const kept: string[] = [];
  for (const segment of segments.slice(1)) {
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
  }
  const last = segments.at(-1);
  if (last === '.' || last === '..') kept.push('');
  return `/${kept.join('/')}`;
}

function hasControls(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code <= 0x20 || code === 0x7f) return true;
  }
  return false;
}
