import { encodeBase64url } from '../../crypto/base64url.ts';

/** A client certificate in DER, or its SHA-256 in base64url. */
export type PresentedCertificate =
  | { readonly der: Uint8Array; readonly thumbprint?: undefined }
  | { readonly der?: undefined; readonly thumbprint: string };

// RFC 7468, section 3: one certificate. Proxies replace its line breaks by spaces or tabs, or remove them.
const pem = /^-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/;

/** Reads a certificate in PEM; undefined if the text is not exactly one. */
export function fromPem(text: string | undefined): PresentedCertificate | undefined {
  return fromDer(text === undefined ? undefined : pem.exec(text)?.[1]?.replaceAll(/\s/g, ''));
}

/** Reads a certificate in base64 of its DER. */
export function fromDer(base64: string | undefined): PresentedCertificate | undefined {
  const der = base64 === undefined ? undefined : decodeBase64(base64);
  return der === undefined || der.byteLength === 0 ? undefined : { der };
}

/** Reads a SHA-256 in 64 hexadecimal digits, with or without colons. */
export function fromHex(text: string): PresentedCertificate | undefined {
  const digits = text.replaceAll(':', '');
  if (!/^[0-9a-f]{64}$/i.test(digits)) return undefined;
  const pairs = digits.match(/../g) ?? [];
  return { thumbprint: encodeBase64url(Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16))) };
}

/** Reads a SHA-256 in base64. */
export function fromBase64Hash(base64: string): PresentedCertificate | undefined {
  const bytes = decodeBase64(base64);
  return bytes?.byteLength === 32 ? { thumbprint: encodeBase64url(bytes) } : undefined;
}

/** Decodes percent-encoding once; a plus sign is not a space. */
export function decodePercents(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

// Canonical: with padding, and one encoding for each value.
function decodeBase64(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0) return undefined;
  const binary = atob(text);
  return btoa(binary) === text ? Uint8Array.from(binary, (character) => character.charCodeAt(0)) : undefined;
}
