import { TokenError } from '../errors.ts';
import type { CryptoRuntime } from '../runtime/crypto-runtime.ts';
import type { JsonValue, JwsHeader } from './verified-token.ts';

/** Claims before their validation: any JSON object. */
export interface UnverifiedClaims {
  readonly [claim: string]: JsonValue | undefined;
}

/** The parts of a signed token. Nothing in it is verified. */
export interface CompactJws {
  readonly encodedHeader: string;
  readonly header: JwsHeader;
  readonly claims: UnverifiedClaims;
  /** The ASCII text that the signature covers. */
  readonly signingInput: string;
  readonly signature: Uint8Array;
}

/** The headers of tokens whose signature was valid, by their encoded text. */
export interface VerifiedHeaders {
  get(encoded: string): JwsHeader | undefined;
}

type Decoder = Pick<CryptoRuntime, 'decodeBase64url' | 'decodeUtf8'>;

// Parsing 1,000 arrays and objects takes about as long as verifying a signature. A longer text may contain more.
const maxStructures = 1000;
const charactersPerStructure = 12;

/**
 * Parses a compact JWS (RFC 7515, section 7.1). Strict: three parts of canonical base64url, so that a token has exactly
 * one encoding; well-formed UTF-8; JSON objects with at most 1,000 arrays and objects, or one for every 12 characters of
 * a longer text. Refuses critical extensions, because none is supported (RFC 7515, section 4.1.11), and the unencoded
 * payload of RFC 7797. Omits `sub`, `aud`, `nbf`, `iat` and `jti` if they are null, and null in `aud`. The caller has
 * limited the length of the token; the signature is not verified.
 *
 * @param verifiedHeaders - Headers that need not be parsed again.
 * @throws TokenError with ERR_TOKEN_MALFORMED, ERR_CRIT_UNSUPPORTED, or ERR_ALG_NOT_ALLOWED if `alg` is not a string, or is
 *   `none` without a signature.
 */
export function parseCompactJws(token: string, decoder: Decoder, verifiedHeaders?: VerifiedHeaders): CompactJws {
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  const hasEveryPart = first > 0 && second > first + 1 && second < token.length - 1;
  if (!hasEveryPart || token.includes('.', second + 1)) validateParts(token, hasEveryPart, decoder);
  const encodedHeader = token.slice(0, first);
  const claimsPart = decodePart(token.slice(first + 1, second), decoder);
  const signature = decodePart(token.slice(second + 1), decoder);
  const header =
    verifiedHeaders?.get(encodedHeader) ?? parseHeader(parseObject(decodePart(encodedHeader, decoder), decoder));
  const claims = parseObject(claimsPart, decoder);
  dropNulls(claims);
  return { encodedHeader, header, claims, signingInput: token.slice(0, second), signature };
}

// A fourth part fails base64url decoding, together with the third one.
function validateParts(token: string, hasEveryPart: boolean, decoder: Decoder): void {
  const parts = token.split('.', 6);
  const [header = '', claims = '', signature] = parts;
  if (startsWithScheme(token)) throw prefixed();
  // RFC 7516, section 9.
  if (parts.length === 5) {
    throw malformed('The token is encrypted (five parts), and only signed tokens (three parts) are verified');
  }
  if (token === 'undefined' || token === 'null') {
    throw malformed('The token is the word "undefined" or "null": the client sends a variable without a value');
  }
  if (parts.length === 1 && token !== '') {
    throw malformed('The token is opaque and not a JWT: the client must request a token for this API');
  }
  if (parts.length === 3 && claims !== '' && signature === '' && namesNoAlgorithm(header, decoder)) {
    throw new TokenError('ERR_ALG_NOT_ALLOWED', 'The token is not signed');
  }
  if (!hasEveryPart) throw malformed('The token is not a compact JWS of three base64url parts');
}

// RFC 7519, section 6.
function namesNoAlgorithm(encodedHeader: string, decoder: Decoder): boolean {
  try {
    const { alg } = parseObject(decodePart(encodedHeader, decoder), decoder);
    return typeof alg === 'string' && alg.toLowerCase() === 'none';
  } catch {
    return false;
  }
}

function startsWithScheme(token: string): boolean {
  return /^\s*bearer\s/i.test(token);
}

function prefixed(): TokenError {
  return malformed('The token begins with "Bearer": pass the token alone');
}

// The claims that are optional here and whose type is promised to applications.
const optionalClaims = ['sub', 'aud', 'nbf', 'iat', 'jti'];

// Some issuers write null instead of omitting a claim, or an entry of `aud`. In place: an attacker chooses the size.
function dropNulls(claims: UnverifiedClaims): void {
  for (const name of optionalClaims) if (claims[name] === null) Reflect.deleteProperty(claims, name);
  const { aud } = claims;
  if (Object.hasOwn(claims, 'aud') && Array.isArray(aud) && aud.includes(null))
    Object.assign(claims, { aud: aud.filter((entry) => entry !== null) });
}

function parseHeader(header: UnverifiedClaims): JwsHeader {
  const { kid, ...others } = header;
  if (Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64')) {
    throw new TokenError('ERR_CRIT_UNSUPPORTED', 'The token requires an extension that is not supported');
  }
  if (!Object.hasOwn(header, 'alg') || typeof header['alg'] !== 'string') {
    throw new TokenError('ERR_ALG_NOT_ALLOWED', 'The header of the token has no algorithm');
  }
  // Some servers write every parameter, whether it has a value or not.
  if (kid === null) return others as JwsHeader;
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
  if (hasTooManyStructures(json)) throw malformed('A part of the token contains too many arrays and objects');
  try {
    return JSON.parse(json);
  } catch {
    // The message of JSON.parse quotes the token.
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

// Claims are parsed before the signature is verified, because they name the issuer: an attacker chooses their cost.
function hasTooManyStructures(json: string): boolean {
  // Each takes at least two characters, so that a text of ordinary length cannot contain too many.
  if (json.length <= 2 * maxStructures) return false;
  const allowed = Math.max(maxStructures, json.length / charactersPerStructure);
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
    throw startsWithScheme(part) ? prefixed() : malformed('A part of the token is not canonical base64url');
  }
}

function malformed(message: string): TokenError {
  return new TokenError('ERR_TOKEN_MALFORMED', message);
}

/**
 * The media type in the header (RFC 7515, section 4.1.9), in lower case and without the optional "application/".
 * Undefined if `typ` is absent, null if it is not a string.
 */
export function mediaTypeOf(header: JwsHeader): string | undefined | null {
  const type: unknown = Object.hasOwn(header, 'typ') ? header.typ : undefined;
  if (type === undefined) return undefined;
  return typeof type === 'string' ? type.toLowerCase().replace(/^application\//, '') : null;
}

/** Reads a claim of a token; undefined if it does not have it, also if other code added the name to `Object.prototype`. */
export function readClaim(claims: UnverifiedClaims, name: string): JsonValue | undefined {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}
