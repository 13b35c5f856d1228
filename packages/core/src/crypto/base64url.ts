const syntax = /^[A-Za-z0-9_-]*$/;
const zeroBits = { 2: 0b1111, 3: 0b11 };
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Whether a text is canonical base64url without padding (RFC 4648, section 5): the one encoding of its bytes. */
export function isBase64url(text: string): boolean {
  return syntax.test(text) && endsCanonically(text);
}

// The unused bits of the last character must be zero (RFC 4648, section 3.5).
function endsCanonically(text: string): boolean {
  const rest = text.length % 4;
  if (rest === 0) return true;
  if (rest === 1) return false;
  const last = alphabet.indexOf(text.charAt(text.length - 1));
  return (last & zeroBits[rest as 2 | 3]) === 0;
}

/** Encodes a string with one character for each byte. */
export function encodeBinary(binary: string): string {
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** Encodes bytes, a few of them. */
export function encodeBase64url(bytes: Uint8Array): string {
  return encodeBinary(String.fromCharCode(...bytes));
}
