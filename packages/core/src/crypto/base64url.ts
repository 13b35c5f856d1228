const syntax = /^[A-Za-z0-9_-]*$/;
const zeroBits = { 2: 0b1111, 3: 0b11 };
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Whether a text is base64url without padding, in the one spelling that its bytes have. */
export function isBase64url(text: string): boolean {
  return syntax.test(text) && endsCanonically(text);
}

// The last character may carry bits that decode to nothing, and they must be zero (RFC 4648, section 3.5).
function endsCanonically(text: string): boolean {
  const rest = text.length % 4;
  if (rest === 0) return true;
  if (rest === 1) return false;
  const last = alphabet.indexOf(text.charAt(text.length - 1));
  return (last & zeroBits[rest as 2 | 3]) === 0;
}
