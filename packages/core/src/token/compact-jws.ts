import { TokenError } from '../errors.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { endsCanonically } from './base64url.ts';
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

type Decoder = Pick<Runtime, 'decodeBase64url' | 'decodeUtf8'>;

const compactSyntax = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/**
 * Takes a compact JWS apart (RFC 7515, section 7.1), strictly: three parts of canonical base64url, so that a token has
 * exactly one spelling; well-formed UTF-8; JSON objects. Critical extensions are refused, because none is understood
 * here (RFC 7515, section 4.1.11), and so is an unencoded payload (RFC 7797).
 *
 * The caller has checked the length of the token.
 *
 * @param known - Headers that need not be parsed again.
 * @throws TokenError with ERR_TOKEN_MALFORMED or ERR_CRIT_UNSUPPORTED.
 */
export function parseCompactJws(token: string, decoder: Decoder, known?: KnownHeaders): CompactJws {
  if (!compactSyntax.test(token)) throw malformed('The token is not a compact JWS of three base64url parts');
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  const encodedHeader = token.slice(0, first);
  const header = known?.get(encodedHeader) ?? parseHeader(parseObject(encodedHeader, decoder));
  const claims = parseObject(token.slice(first + 1, second), decoder);
  const signature = decodePart(token.slice(second + 1), decoder);
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

function parseObject(part: string, decoder: Decoder): UnverifiedClaims {
  const value = parseJson(decodePart(part, decoder), decoder);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed('A part of the token is not a JSON object');
  }
  return value as UnverifiedClaims;
}

function parseJson(bytes: Uint8Array, decoder: Decoder): unknown {
  try {
    return JSON.parse(decoder.decodeUtf8(bytes));
  } catch {
    // What the parser says quotes the token.
    throw malformed('A part of the token is not JSON in UTF-8');
  }
}

function decodePart(part: string, decoder: Decoder): Uint8Array {
  if (!endsCanonically(part)) throw malformed('A part of the token is not canonical base64url');
  return decoder.decodeBase64url(part);
}

function malformed(message: string): TokenError {
  return new TokenError('ERR_TOKEN_MALFORMED', message);
}
