import { TokenError } from '../errors.ts';
import type { CryptoRuntime } from '../runtime/crypto-runtime.ts';
import type { JsonValue, JwsHeader } from './verified-token.ts';

/** Claims of which nothing is known yet but that they are a JSON object. */
export interface UnverifiedClaims {
  readonly [claim: string]: JsonValue | undefined;
}

/** A signed token, taken apart; nothing of it is verified. */
export interface CompactJws {
  readonly encodedHeader: string;
  readonly header: JwsHeader;
  readonly claims: UnverifiedClaims;
  /** The ASCII text that the signature covers. */
  readonly signingInput: string;
  readonly signature: Uint8Array;
}

/** Headers that were parsed, and found good, before. */
export interface KnownHeaders {
  get(encoded: string): JwsHeader | undefined;
}

type Decoder = Pick<CryptoRuntime, 'decodeBase64url' | 'decodeUtf8'>;

// To parse so many arrays and objects takes about as long as to check a signature. A longer text may hold more of them.
const structuresAllowed = 1000;
const lengthPerStructure = 12;

/**
 * Takes a compact JWS apart (RFC 7515, section 7.1), strictly: three parts of canonical base64url, so that a token has
 * exactly one spelling; well-formed UTF-8; JSON objects with at most a thousand arrays and objects in them, or one for
 * every twelve characters of a long text. Critical extensions are refused, because none is understood here (RFC 7515,
 * section 4.1.11), and so is an unencoded payload (RFC 7797).
 *
 * The caller has checked the length of the token.
 *
 * @param known - Headers that need not be parsed again.
 * @throws TokenError with ERR_TOKEN_MALFORMED or ERR_CRIT_UNSUPPORTED.
 */
export function parseCompactJws(token: string, decoder: Decoder, known?: KnownHeaders): CompactJws {
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  const isEachFilled = first > 0 && second > first + 1 && second < token.length - 1;
  if (!isEachFilled) throw malformed('The token is not a compact JWS of three base64url parts');
  const encodedHeader = token.slice(0, first);
  const payload = decodePart(token.slice(first + 1, second), decoder);
  // A dot too many stands in this part, where nothing but base64url may be.
  const signature = decodePart(token.slice(second + 1), decoder);
  const header = known?.get(encodedHeader) ?? parseHeader(parseObject(decodePart(encodedHeader, decoder), decoder));
  const claims = parseObject(payload, decoder);
  return { encodedHeader, header, claims, signingInput: token.slice(0, second), signature };
}

function parseHeader(header: UnverifiedClaims): JwsHeader {
  const { alg, kid } = header;
  if (Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64')) {
    throw new TokenError('ERR_CRIT_UNSUPPORTED', 'The token demands an extension that is not understood');
  }
  if (typeof alg !== 'string') {
    throw new TokenError('ERR_ALG_NOT_ALLOWED', 'The header of the token names no algorithm');
  }
  if (kid !== undefined && typeof kid !== 'string') throw malformed('The key identifier of the token is not a string');
  return header as JwsHeader;
}

function parseObject(bytes: Uint8Array, decoder: Decoder): UnverifiedClaims {
  const value = parseJson(bytes, decoder);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed('A part of the token is not a JSON object');
  }
  return value as UnverifiedClaims;
}

function parseJson(bytes: Uint8Array, decoder: Decoder): unknown {
  const json = decodeText(bytes, decoder);
  if (isCrowded(json)) throw malformed('A part of the token holds too many arrays and objects');
  try {
    return JSON.parse(json);
  } catch {
    // What the parser says quotes the token.
    throw malformed('A part of the token is not JSON');
  }
}

function decodeText(bytes: Uint8Array, decoder: Decoder): string {
  try {
    return decoder.decodeUtf8(bytes);
  } catch {
    throw malformed('A part of the token is not UTF-8');
  }
}

// Claims are parsed before the signature is checked, because they name the issuer.
function isCrowded(json: string): boolean {
  // Each takes two characters, so a text of ordinary length need not be counted.
  if (json.length <= 2 * structuresAllowed) return false;
  const allowed = Math.max(structuresAllowed, json.length / lengthPerStructure);
  let structures = 0;
  for (let index = 0; index < json.length; index += 1) {
    const character = json.charCodeAt(index);
    if (character === 0x5b || character === 0x7b) structures += 1;
  }
  return structures > allowed;
}

function decodePart(part: string, decoder: Decoder): Uint8Array {
  try {
    return decoder.decodeBase64url(part);
  } catch {
    throw malformed('A part of the token is not canonical base64url');
  }
}

function malformed(message: string): TokenError {
  return new TokenError('ERR_TOKEN_MALFORMED', message);
}
